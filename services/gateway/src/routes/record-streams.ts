import {
  type Catalog,
  type Connection,
  isBehind,
  type SchedulePosition,
  scheduleCursor,
} from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { ListStreamsResponse, Stream } from '@syncline/proto'
import { instantOrNull } from '../answers/instant.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'

/** Connections of one call to records. */
const AT_ONCE = 1000
/** Connections that one page looks at: a search may find nothing on many. */
const LOOKS = 5000

/** In place of a model: behind all models of a connection. */
const BEHIND_ALL = '\uffff'

type ListStreams = Handler<'listStreams'>
type Dependencies = Parameters<ListStreams>[0]

/** A stream with the names that its user knows. Its position has the model where that of a schedule has the sync. */
type Place = SchedulePosition & { uid: string }

/**
 * The streams that a connection should have, from the catalog, and those that the record store has: variants, and models of
 * syncs that are gone.
 */
export const listStreams: ListStreams = async (dependencies, { environment, query }) => {
  const { catalog, records } = dependencies
  const { provider_config_key: integration, connection_id: connection, q = '', limit } = query
  await checkPlace(catalog, environment, integration, connection)
  const after = query.cursor === undefined ? undefined : scheduleCursor.decode(query.cursor)
  const found: Place[] = []
  let last: SchedulePosition | undefined
  for (let looks = 0; found.length <= limit && looks < LOOKS; looks += AT_ONCE) {
    const connections = connectionsBehind(catalog, environment, { integration, connection }, last ?? after)
    if (connections.length === 0) {
      last = undefined
      break
    }
    const wanted = { environment, q, after: looks === 0 ? after : undefined, limit: limit + 1 }
    found.push(...(await streamsOf(dependencies, connections, wanted)))
    const end = connections.at(-1)
    // Behind all streams of the last connection.
    last = end && { integration: end.integration, connection: end.id, sync: BEHIND_ALL, variant: '' }
    if (connection !== undefined || connections.length < AT_ONCE) {
      last = undefined
      break
    }
  }
  const shown = found.slice(0, limit)
  const next = found.length > limit ? shown.at(-1) : last
  const streams = shown.map((place) => streamOf(environment, place))
  const { sizes } = streams.length > 0 ? await records.countRecords({ streams }) : { sizes: [] }
  const known = shown.map((place, i) => ({
    ...namesOf(catalog, environment, place),
    records: sizes[i]?.live ?? 0,
    bytes: sizes[i]?.bytes ?? 0,
    last_modified_at: instantOrNull(sizes[i]?.lastModifiedMs ?? 0),
  }))
  return page('/records/streams', query, {
    // The store knows emptied ones for a while, such as those of a variant that was deleted.
    streams: known.filter(
      ({ variant, sync_name, last_modified_at }) =>
        last_modified_at !== null || (variant === 'base' && sync_name !== null),
    ),
    next_cursor: next ? scheduleCursor.encode(next) : null,
  })
}

async function checkPlace(
  catalog: Catalog,
  environment: string,
  integration: string | undefined,
  connection: string | undefined,
): Promise<void> {
  if (integration !== undefined) {
    await catalog.integrations.get(environment, integration)
    if (connection !== undefined) await catalog.connections.get(environment, integration, connection)
  } else if (connection !== undefined) {
    throw new AppError(
      'missing_provider_config_key',
      `connection_id '${connection}' needs provider_config_key`,
    )
  }
}

/** In the order of their names: that of a position, which may have more streams, and those behind it. */
function connectionsBehind(
  { connections }: Catalog,
  environment: string,
  { integration, connection }: { integration: string | undefined; connection: string | undefined },
  from: SchedulePosition | undefined,
): Connection[] {
  const prefix = integration === undefined ? [environment] : [environment, integration]
  if (integration !== undefined && connection !== undefined) {
    const one = connections.peek(environment, integration, connection)
    return one ? [one] : []
  }
  const first =
    from && from.sync !== BEHIND_ALL
      ? connections.peek(environment, from.integration, from.connection)
      : undefined
  const after = from ? { after: [environment, from.integration, from.connection] } : {}
  const behind = connections.page(prefix, { ...after, limit: first ? AT_ONCE - 1 : AT_ONCE })
  return first ? [first, ...behind] : behind
}

type Wanted = { environment: string; q: string; after: SchedulePosition | undefined; limit: number }

/** The first `limit` streams of these connections, behind a position. */
async function streamsOf(
  { catalog, records }: Dependencies,
  connections: Connection[],
  { environment, q, after, limit }: Wanted,
): Promise<Place[]> {
  const afterConnection = connections.find(
    ({ integration, id }) => integration === after?.integration && id === after.connection,
  )
  const stored: ListStreamsResponse = await records.listStreams({
    environment,
    connections: connections.map(({ uid }) => uid),
    contains: q,
    ...(after &&
      afterConnection && {
        after: { environment, connection: afterConnection.uid, model: after.sync, variant: after.variant },
      }),
    limit,
  })
  const byUid = new Map(connections.map((connection) => [connection.uid, connection]))
  const ofStore = stored.streams.flatMap(({ connection: uid, model, variant }) => {
    const connection = byUid.get(uid)
    return connection ? [placeOf(connection, model, variant)] : []
  })
  // What lies behind the last one of a full answer is not known yet.
  const end = stored.streams.length === limit ? ofStore.at(-1) : undefined
  const expected = expectedPlaces(catalog, environment, connections, q).filter(
    (place) => (!after || isBehind(place, after)) && (!end || !isBehind(place, end)),
  )
  const all = new Map([...expected, ...ofStore].map((place) => [scheduleCursor.encode(place), place]))
  return [...all.values()].sort((a, b) => (isBehind(a, b) ? 1 : -1)).slice(0, limit)
}

/** Each model of a deployed sync, on each connection. */
function expectedPlaces(
  catalog: Catalog,
  environment: string,
  connections: Connection[],
  q: string,
): Place[] {
  const models = new Map<string, string[]>()
  for (const { integration } of connections) {
    if (models.has(integration)) continue
    const all = catalog.syncs.list(environment, integration).flatMap((sync) => sync.models)
    models.set(
      integration,
      all.filter((model) => `${model}::base`.toLowerCase().includes(q.toLowerCase())),
    )
  }
  return connections.flatMap((connection) =>
    (models.get(connection.integration) ?? []).map((model) => placeOf(connection, model, 'base')),
  )
}

const placeOf = ({ integration, id, uid }: Connection, model: string, variant: string): Place => ({
  ...{ integration, connection: id, uid },
  ...{ sync: model, variant },
})

const streamOf = (environment: string, { uid: connection, sync: model, variant }: Place): Stream => ({
  ...{ environment, connection, model, variant },
})

function namesOf(
  { syncs }: Catalog,
  environment: string,
  { integration, connection, sync: model, variant }: Place,
) {
  const sync = syncs.list(environment, integration).find(({ models }) => models.includes(model))
  return {
    provider_config_key: integration,
    connection_id: connection,
    ...{ model, variant },
    sync_name: sync?.name ?? null,
  }
}
