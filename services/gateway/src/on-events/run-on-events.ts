import { randomUUID } from 'node:crypto'
import { actionError } from '@syncline/actions'
import type { Action, Connection } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Dependencies } from '../dependencies.ts'
import { functionsOf, onEventCall } from './on-event-call.ts'

/** From when a function begins. Before that it waits 15 s for a runner at most. */
const TIMEOUT_MS = 30_000

type Deps = Pick<Dependencies, 'actions' | 'events'> & {
  catalog: Pick<Dependencies['catalog'], 'actions'>
}

interface Ended {
  name: string
  /** Its log is at `GET /runs/<id>/logs`. */
  logId: string
  error: AppError | undefined
}

/**
 * Runs the functions of an event, all at the same time, until each has ended or its deadline has passed. They are begun once at most.
 * A connection that is not stored yet goes to the runner with the call.
 */
export async function runOnEvents(
  { catalog, actions, events }: Deps,
  connection: Connection,
  event: NonNullable<Action['event']>,
  { isStored = true } = {},
): Promise<Ended[]> {
  const { environment, integration } = connection
  const run = async ({ name }: Action): Promise<Ended> => {
    const id = randomUUID()
    const tried = isStored ? {} : { triedConnection: Buffer.from(JSON.stringify(connection)) }
    const call = onEventCall(connection, { id, action: name, timeoutMs: TIMEOUT_MS, maxRetries: 0, ...tried })
    const error = await actions.calls.call(call).then(
      (result) => (result.code === '' ? undefined : actionError(result)),
      (error: unknown) => error,
    )
    if (error === undefined) return { name, logId: id, error }
    events.onEventFailed({ environment, integration, connection: connection.id, event, name, log: id }, error)
    const known =
      error instanceof AppError ? error : new AppError('unavailable', 'the function was not begun: try again')
    return { name, logId: id, error: known }
  }
  return Promise.all(functionsOf(catalog.actions.list(environment, integration), event).map(run))
}
