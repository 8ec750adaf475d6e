import type { z } from 'zod'
import { readConfig } from './config.ts'
import { createLog, type Log } from './log.ts'
import { metrics } from './metrics.ts'
import { startOpsServer } from './ops-server.ts'
import { Process } from './process-variables.ts'
import type { Running } from './running.ts'
import { keepOutputErrors } from './standard-output.ts'
import { variableNames } from './variable-names.ts'

/**
 * Runs a service as this process: reads its configuration, starts it, serves health and metrics, and closes it on
 * SIGTERM or SIGINT. A second signal, or a stop that takes longer than STOP_TIMEOUT_MS, ends the process at once. An
 * uncaught exception ends it too: its supervisor restarts it, and nothing that was acknowledged is lost.
 */
export async function runService<C>(
  name: string,
  Config: z.ZodType<C>,
  start: (config: C, log: Log) => Promise<Running>,
): Promise<void> {
  keepOutputErrors()
  let log = createLog(name)
  try {
    const own = readConfig(Process, process.env, variableNames(Config))
    log = createLog(name, own.LOG_LEVEL)
    const stopped = stopSignal(log, own.STOP_TIMEOUT_MS)
    const config = readConfig(Config, process.env, variableNames(Process))
    metrics.collectProcess()
    await using ops = await startOpsServer(own.OPS_PORT)
    await using service = await start(config, log)
    ops.started(service)
    log.info({ opsPort: own.OPS_PORT }, 'ready')
    await stopped
    ops.stopping()
    log.info('stopping')
  } catch (error) {
    log.fatal(
      error instanceof Error ? { err: error } : { error },
      error instanceof Error ? error.message : 'failed',
    )
    process.exitCode = 1
  }
  // All that is ours is closed. What a library has left open must not hold the process: gRPC waits two minutes for a
  // connection to an instance whose address is gone.
  process.exit()
}

function stopSignal(log: Log, timeoutMs: number): Promise<void> {
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'uncaught exception')
    process.exit(1)
  })
  return new Promise((resolve) => {
    const stop = (signal: string) => {
      process.once(signal === 'SIGINT' ? 'SIGTERM' : 'SIGINT', () => process.exit(1))
      setTimeout(() => {
        log.error({ timeoutMs }, 'not closed in time')
        process.exit(1)
      }, timeoutMs).unref()
      resolve()
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })
}
