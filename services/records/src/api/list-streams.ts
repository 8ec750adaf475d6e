import type { ListStreamsRequest, ListStreamsResponse, Stream } from '@syncline/proto'
import { readClient } from '../clickhouse/read-client.ts'
import type { Shard } from '../shard.ts'
import { streamsOf } from '../tables/streams.ts'

const MAX_LIMIT = 1000
/** Of a request, in one query. */
const MAX_CONNECTIONS = 1000

/** The next streams of these connections, on whatever shard. */
export async function listStreams(
  shards: readonly Pick<Shard, 'clickhouse'>[],
  { environment, contains, after, ...request }: ListStreamsRequest,
  signal: AbortSignal,
): Promise<ListStreamsResponse> {
  const connections = request.connections.slice(0, MAX_CONNECTIONS)
  const limit = Math.min(Math.max(request.limit, 1), MAX_LIMIT)
  const selection = { environment, connections, contains, after, limit }
  const found = await Promise.all(
    shards.map(({ clickhouse }) => streamsOf(readClient(clickhouse, signal), selection)),
  )
  const places = new Map(connections.map((connection, place) => [connection, place]))
  const placeOf = ({ connection }: Stream) => places.get(connection) ?? 0
  const inOrder = found.flat().sort((a, b) => placeOf(a) - placeOf(b) || compareNames(a, b))
  return { streams: inOrder.slice(0, limit) }
}

function compareNames(a: Stream, b: Stream): number {
  if (a.model !== b.model) return a.model < b.model ? -1 : 1
  if (a.variant === b.variant) return 0
  return b.variant === 'base' || (a.variant !== 'base' && a.variant > b.variant) ? 1 : -1
}
