import type { Connection } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Dependencies } from '../dependencies.ts'
import { runOnEvents } from './run-on-events.ts'

/** What a function says of a connection, and not of how it was run. */
const VERDICTS = ['action_failed', 'script_http_error', 'action_timed_out']

/** Fails if a function of `validate-connection` refuses a connection, which is not stored yet; or if one could not be run. */
export async function validateConnection(
  dependencies: Pick<Dependencies, 'catalog' | 'actions' | 'events'>,
  connection: Connection,
): Promise<void> {
  const ended = await runOnEvents(dependencies, connection, 'validate-connection', { isStored: false })
  const failed = ended.find(({ error }) => error !== undefined)
  if (!failed?.error) return
  const { name, logId, error } = failed
  if (!VERDICTS.includes(error.code)) throw error
  throw new AppError('connection_validation_failed', error.message, {
    cause: error,
    details: { ...error.details, function: name, log_id: logId },
  })
}
