import type { CommitResult } from '../stream/commit-result.ts'
import { indexInPlace } from '../tables/record-head.ts'
import { isOneOf } from '../tables/record-log.ts'
import { InsertFailed, insertOnce } from './insert-once.ts'
import type { ChangeEnd, Committing, Part, PartEnd } from './part.ts'
import { type Planned, planParts } from './plan-parts.ts'

/** About what an id takes in Redis. */
const ID_BYTES = 50

/**
 * Makes the changes of any number of streams in one insert. When a change is done, it is durable and visible.
 *
 * If we die before the insert, nothing happened. If we die during it, ClickHouse has all rows or none, of all streams, since
 * they are one block; the streams are in doubt, and the next holder of each lease recovers. If we die after it, the callers
 * get no answer and repeat their changes, which then change nothing.
 */
export async function commit(committing: Committing, parts: Part[]): Promise<PartEnd[]> {
  const { clickhouse, inserts, heads, background, events } = committing
  let made: Awaited<ReturnType<typeof planParts>>
  try {
    made = await planParts(committing, parts)
  } catch (error) {
    return parts.map(({ changes }) => ({
      result: { kind: 'unchanged' },
      ends: changes.map(() => ({ kind: 'failed', error })),
    }))
  }
  const { rows, planned } = made
  const leases = planned.map(({ lease }) => lease)
  const example = planned.find(({ result }) => result.kind === 'committed')?.snapshot
  try {
    if (example) await inserts(() => insertOnce(clickhouse, events, { rows, leases, example }))
  } catch (error) {
    for (const { snapshot } of planned) heads.invalidate(snapshot)
    if (!(error instanceof InsertFailed)) throw error
    return planned.map((part) => afterFailure(part, error))
  }
  for (const { snapshot, result, unchangedCount } of planned) {
    const changed = result.kind === 'committed'
    if (changed) heads.commit(snapshot)
    background.committed(snapshot, { unchangedBytes: unchangedCount * ID_BYTES, changed })
  }
  return Promise.all(planned.map((part) => indexRestored(committing, part)))
}

/** The job that indexes heads does not find versions that were restored in place. */
async function indexRestored(
  { clickhouse }: Committing,
  { lease, snapshot, restored, result, ends }: Planned,
): Promise<PartEnd> {
  try {
    if (restored.length > 0) {
      await lease.ensure()
      await indexInPlace(clickhouse, snapshot.id, isOneOf(restored))
    }
    return { result, ends }
  } catch (error) {
    return {
      result: { kind: 'in-doubt' },
      ends: ends.map((end) => (end.kind === 'done' ? { kind: 'failed', error } : end)),
    }
  }
}

function afterFailure({ result, ends }: PartEnd, { definitive, rejected, cause }: InsertFailed): PartEnd {
  const end: ChangeEnd = { kind: rejected ? 'rejected' : 'failed', error: cause }
  // A part without rows lost its unchanged ids only.
  const inDoubt: CommitResult = { kind: definitive ? 'in-doubt' : 'unknown' }
  return {
    result: result.kind === 'unchanged' ? { kind: 'unchanged' } : inDoubt,
    ends: ends.map((each) => (each.kind === 'done' ? end : each)),
  }
}
