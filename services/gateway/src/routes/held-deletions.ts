import type { HeldDeletion as HeldDeletionAnswer } from '@syncline/api'
import type { Catalog, Connection } from '@syncline/catalog'
import type { HeldDeletion } from '@syncline/proto'
import { instant } from '../answers/instant.ts'
import type { Handler } from '../http/handler.ts'

export const listHeldDeletions: Handler<'listHeldDeletions'> = async (
  { catalog, records },
  { environment, query },
) => {
  const wanted = await connectionsOf(catalog, environment, query)
  if (wanted.length === 0) return { deletions: [], next_cursor: null }
  const byUid = new Map(wanted.map((connection) => [connection.uid, connection]))
  const { deletions, nextCursor } = await records.listHeldDeletions({
    environment,
    connection: wanted.length === 1 ? (wanted[0]?.uid ?? '') : '',
    cursor: query.cursor ?? '',
    limit: query.limit,
  })
  return {
    // Streams of a connection that was deleted are about to be emptied.
    deletions: deletions.flatMap((deletion) => {
      const connection = byUid.get(deletion.stream?.connection ?? '')
      return connection ? [answer(connection, deletion)] : []
    }),
    next_cursor: nextCursor || null,
  }
}

export const releaseHeldDeletion: Handler<'releaseHeldDeletion'> = async (
  { catalog, records },
  { environment, body },
) => {
  const { provider_config_key: integration, connection_id: id, model, variant } = body
  await catalog.integrations.get(environment, integration)
  const connection = await catalog.connections.get(environment, integration, id)
  const stream = { environment, connection: connection.uid, model, variant }
  const { deletion } = await records.releaseHeldDeletion({ stream })
  if (deletion === undefined) throw new Error('records released a deletion and did not say which')
  return answer(connection, deletion)
}

/** All that match, from the copy in memory; a name that is not known is an error. */
async function connectionsOf(
  catalog: Catalog,
  environment: string,
  names: { provider_config_key?: string | undefined; connection_id?: string | undefined },
): Promise<Connection[]> {
  const { provider_config_key: integration, connection_id: id } = names
  if (integration === undefined) {
    const all = catalog.connections.list(environment)
    return id === undefined ? all : all.filter((connection) => connection.id === id)
  }
  await catalog.integrations.get(environment, integration)
  return id === undefined
    ? catalog.connections.list(environment, integration)
    : [await catalog.connections.get(environment, integration, id)]
}

function answer({ integration, id }: Connection, deletion: HeldDeletion): HeldDeletionAnswer {
  const { stream, atMs, runId, unseen, live, incomplete, released } = deletion
  return {
    provider_config_key: integration,
    connection_id: id,
    model: stream?.model ?? '',
    variant: stream?.variant ?? '',
    at: instant(atMs),
    run_id: runId,
    unseen,
    live,
    reason: incomplete === '' ? 'guard' : 'incomplete',
    incomplete: incomplete || null,
    released,
  }
}
