import { repeat } from '@syncline/async'
import type { Catalog, Connection } from '@syncline/catalog'

const EVERY_MS = 60_000
const RETRY_MS = 5_000

interface Options {
  isWaiting: (connection: Connection) => boolean
  /** Any number of gateways do it for one connection, at the same time or again. */
  work: (connection: Connection) => Promise<void>
  onFailure: (error: unknown) => void
}

/** Does what connections in the catalog wait for: as soon as one does, and again until one of the gateways has done it. */
export function workOnConnections(
  { connections, onChange }: Pick<Catalog, 'connections' | 'onChange'>,
  { isWaiting, work, onFailure }: Options,
): AsyncDisposable {
  const found = () => connections.list().filter(isWaiting)
  const waiting = new Map(found().map((it) => [it.uid, it]))
  const job = async (signal: AbortSignal) => {
    for (const [uid, connection] of waiting) {
      if (signal.aborted) return
      await work(connection)
      if (waiting.get(uid) === connection) waiting.delete(uid)
    }
    // A comparison of the catalog may have found one that no change has told of.
    for (const connection of found()) waiting.set(connection.uid, connection)
    return waiting.size > 0
  }
  const working = repeat(EVERY_MS, job, { onFailure, retryMs: RETRY_MS })
  onChange((change) => {
    if (change.kind !== 'connection' || change.deleted || !isWaiting(change.value)) return
    waiting.set(change.value.uid, change.value)
    working.wake()
  })
  return working
}

/** Changes a connection, if it is still as it was when the work began: somebody may have deleted it, or made it again. */
export async function changeIf(
  { connections }: Pick<Catalog, 'connections'>,
  { environment, integration, id, uid }: Connection,
  isSame: (present: Connection) => boolean,
  change: (present: Connection) => Connection,
): Promise<void> {
  const changed = new Error('changed meanwhile')
  try {
    await connections.upsert(
      (present) => {
        if (present?.uid !== uid || !isSame(present)) throw changed
        return change(present)
      },
      environment,
      integration,
      id,
    )
  } catch (error) {
    if (error !== changed) throw error
  }
}
