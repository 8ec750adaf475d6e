import { z } from 'zod'
import { milliseconds, variable } from './variable.ts'

/** What every service reads beside its own variables. */
export const processVariables = {
  /** Lowest level that is logged. */
  LOG_LEVEL: variable.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'info'),
  /** Port of `/livez`, `/readyz` and `/metrics`. */
  OPS_PORT: variable.port(9464),
  /** A service that has not stopped so long after SIGTERM ends with exit code 1. */
  STOP_TIMEOUT_MS: variable.whole(20_000, milliseconds),
}

export const Process = z.object(processVariables)
