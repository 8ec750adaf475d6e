import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { indexInDoubt } from '../tables/record-head.ts'
import { summarizeAll } from '../tables/record-log.ts'
import type { CommitResult } from './commit-result.ts'
import type { Granted } from './leases.ts'

/** Streams of one statement: they are done well before their leases run out. */
export const RECOVER_AT_ONCE = 100

/**
 * Makes the state of streams agree with the tables, after commits of which nobody knows whether they happened. Heads
 * that such a commit may have written go to record_head, and the streams are counted again. If we die before their leases
 * are released, the streams stay in doubt, and the next holder does it again.
 */
export async function recover(clickhouse: ClickHouse, granted: Granted[]): Promise<CommitResult[]> {
  const doubts = granted.map(({ snapshot }) => ({
    stream: snapshot.id,
    since: snapshot.inDoubtSince ?? snapshot.instant,
  }))
  await Promise.all(granted.map(({ lease }) => lease.ensure()))
  await indexInDoubt(clickhouse, doubts)
  const sizes = await summarizeAll(
    clickhouse,
    doubts.map(({ stream }) => stream),
  )
  return doubts.map(({ stream }) => ({
    kind: 'recovered',
    size: sizes.get(stream) ?? { live: 0, bytes: 0 },
  }))
}
