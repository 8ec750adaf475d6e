import type { z } from 'zod'

/** The run's log. */
export interface LogMethods {
  /**
   * A line in the run's log: `log('text', { more: 1 }, { level: 'warn' })`; without a level it is `info`. Lines below the level of the
   * environment variable `NANGO_LOGGER_LEVEL` (`debug`, `info`, `warn`, `error`, `off`) are dropped; without it, none are.
   */
  log(message: unknown, ...details: unknown[]): Promise<void>
  /** For this run, in place of `NANGO_LOGGER_LEVEL`; without effect if that is `off`. */
  setLogger(options: { level: LogLevel | 'off' }): void
  /** Logs each issue and throws an `ActionError` if the input does not fit. */
  zodValidateInput<T extends z.ZodType>(request: {
    zodSchema: T
    input: unknown
  }): Promise<{ success: true; data: z.infer<T> }>
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
