import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import { removalsUnderWay, removeStreams, staleStreams } from '../tables/streams.ts'

/** A statement removes the rows of this many streams. */
const BATCH = 100

/**
 * Removes the rows of old generations. While ClickHouse has not applied earlier deletes, it still shows their rows; no more
 * deletes are issued until then.
 */
export async function sweepGenerations(
  clickhouse: ClickHouse,
  events: Events,
  signal: AbortSignal,
): Promise<void> {
  const deletes = await removalsUnderWay(clickhouse)
  if (deletes > 0) return events.sweepAwaits(deletes)
  for (let last: string | undefined; !signal.aborted; ) {
    const streams = await staleStreams(clickhouse, last, BATCH)
    if (streams.length === 0) return
    await removeStreams(clickhouse, streams)
    events.swept(streams.length)
    last = streams.at(-1)
  }
}
