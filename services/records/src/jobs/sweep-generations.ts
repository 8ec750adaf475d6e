import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import { removeStreams, staleStreams } from '../tables/streams.ts'

/** A statement removes the rows of this many streams. */
const BATCH = 100

/** Removes the rows of generations that nobody reads any more. */
export async function sweepGenerations(
  clickhouse: ClickHouse,
  events: Events,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const streams = await staleStreams(clickhouse, BATCH)
    if (streams.length === 0) return
    await removeStreams(clickhouse, streams)
    events.swept(streams.length)
  }
}
