import { randomUUID } from 'node:crypto'
import type { Action, Catalog, Connection } from '@syncline/catalog'
import type { Dependencies } from '../dependencies.ts'
import { changeIf, workOnConnections } from '../work-on-connections.ts'
import { functionsOf, onEventCall } from './on-event-call.ts'

const TIMEOUT_MS = 5 * 60_000
/** Further attempts of a function that fails, or whose runner dies. */
const RETRIES = 2

/** For a connection that is created: what is stored with it. Undefined: no function runs then. */
export function creationCalls(actions: Action[]): Connection['creationCalls'] {
  const calls = functionsOf(actions, 'post-connection-creation').map(({ name }) => ({
    name,
    id: randomUUID(),
  }))
  return calls.length === 0 ? undefined : { calls, isQueued: false }
}

/**
 * Puts the functions of connections that were created into the queue of asynchronous actions. They are stored with the connection, so
 * that each is begun once at least: if we die, another gateway finds them. One that is put there twice has one id, and a runner
 * begins it once.
 */
export function queueCreationCalls(
  catalog: Catalog,
  enqueue: Dependencies['actions']['enqueue'],
  onFailure: (error: unknown) => void,
): AsyncDisposable {
  const isWaiting = ({ creationCalls }: Connection) => creationCalls?.isQueued === false
  const work = async (connection: Connection) => {
    for (const { name, id } of connection.creationCalls?.calls ?? []) {
      await enqueue(onEventCall(connection, { id, action: name, timeoutMs: TIMEOUT_MS, maxRetries: RETRIES }))
    }
    await changeIf(catalog, connection, isWaiting, ({ creationCalls, ...rest }) => ({
      ...rest,
      ...(creationCalls && { creationCalls: { ...creationCalls, isQueued: true } }),
    }))
  }
  return workOnConnections(catalog, { isWaiting, work, onFailure })
}
