import type { LimitFunction } from 'p-limit'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { HeadCache, HeadsOfStream } from '../heads/head-cache.ts'
import type { CommitResult } from '../stream/commit-result.ts'
import type { Lease } from '../stream/lease.ts'
import type { Generation, StreamSnapshot } from '../stream/snapshot.ts'
import { indexInPlace } from '../tables/record-head.ts'
import { isOneOf, type Key, readStored, rowsBytes, writeRows } from '../tables/record-log.ts'
import type { Change, StoredVersions } from './change.ts'
import { InsertFailed, insertOnce } from './insert-once.ts'
import { type Draft, rowsOf, sizeDeltaOf } from './plan.ts'

/** Payloads that a commit reads, to merge into them or to delete them. Changes that need more wait for the next commit. */
const STORED_MAX_BYTES = 32 * 1024 * 1024

export type Committing = {
  clickhouse: ClickHouse
  /** Inserts of commits go one after the other, while the rows of the next one are made: two at once take as long. */
  inserts: LimitFunction
  heads: HeadCache
  background: Background
  /** 0 = no history is kept. */
  historyDays: number
  events: Events
}

/** What is left to background jobs, so that a commit is a single insert. */
export type Background = {
  /** Waits where more ids are left to be flushed than Redis should hold. */
  ensureRoom(): Promise<void>
  committed(generation: Generation, left: { unchangedBytes: number; changed: boolean }): void
}

/** About what an id takes in Redis. */
const ID_BYTES = 50

/** The changes of one stream, in their order, and the lease under which they are made. */
export type Part = { snapshot: StreamSnapshot; lease: Lease; changes: Change<unknown>[] }

/**
 * How a change ended. `rejected`: ClickHouse refuses the rows of the commit, and nobody knows whose fault it is.
 * `postponed`: the commit was full.
 */
export type ChangeEnd =
  | { kind: 'done'; value: unknown }
  | { kind: 'failed'; error: unknown }
  | { kind: 'rejected'; error: unknown }
  | { kind: 'postponed' }

/** What became of a part: `result` of its stream, and `ends` of its changes in order. */
export type PartEnd = { result: CommitResult; ends: ChangeEnd[] }

/**
 * Makes the changes of any number of streams in one insert. When a change is done, it is durable and visible.
 *
 * If we die before the insert: nothing happened. In the middle of it: ClickHouse has all rows or none, of all streams,
 * since they are one block; the streams are in doubt, and the next holder of each lease recovers. After it: the callers
 * do not know, repeat their changes, and everything is unchanged.
 *
 * Parts are planned one by one. While the insert is under way, only what it does not bring is kept of them: thousands of
 * small objects that live so long would be most of what the garbage collector has to do here.
 */
export async function commit(committing: Committing, parts: Part[]): Promise<PartEnd[]> {
  const { clickhouse, inserts, heads, background, historyDays, events } = committing
  let needs: Need[]
  try {
    await background.ensureRoom()
    needs = await needsOf(committing, parts)
  } catch (error) {
    return parts.map(({ changes }) => failed({ kind: 'unchanged' }, changes, error))
  }
  const rows = clickhouse.rowWriter(sizeOf(needs))
  const planned: Planned[] = []
  for (const need of needs) {
    const draft: Draft = { snapshot: need.part.snapshot, changes: new Map(), unchangedIds: [] }
    const ends = planPart(need, draft)
    writeRows(rows, rowsOf(draft.snapshot.id, draft.changes, historyDays > 0 ? draft.snapshot.instant : 0))
    const left = { restored: restoredIn(draft), unchangedCount: draft.unchangedIds.length }
    planned.push({ ...need.part, ...left, ends, result: resultOf(draft) })
    heads.stage(draft.snapshot, draft.changes, draft.unchangedIds)
  }
  const leases = planned.map(({ lease }) => lease)
  const example = planned.find(({ result }) => result.kind === 'committed')?.snapshot
  try {
    await inserts(() => insertOnce(clickhouse, events, { rows: rows.finish(), leases, example }))
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

/** What the changes of a part need. `stored`: those of them that fit into this commit, in order, with why one can't be planned. */
type Need = {
  part: Part
  heads: HeadsOfStream
  taken: { change: Change<unknown>; error?: unknown }[]
  stored: StoredVersions
  storedBytes: number
}

/** What remains to be done for a stream when its rows are there. */
type Planned = Part & PartEnd & { restored: Key[]; unchangedCount: number }

async function needsOf({ clickhouse, heads }: Committing, parts: Part[]): Promise<Need[]> {
  const wanted = parts.map(({ snapshot, changes }) => ({ snapshot, ids: changes.flatMap(({ ids }) => ids) }))
  const headsOf = await heads.find(wanted)
  let total = 0
  const needs = parts.map((part) => {
    const heads = headsOf(part.snapshot)
    const [keys, taken]: [Key[], Need['taken']] = [[], []]
    let storedBytes = 0
    for (const change of part.changes) {
      const needed = tryStored(change, heads)
      const bytes = 'keys' in needed ? needed.keys.reduce((sum, { size }) => sum + size, 0) : 0
      if (bytes > 0 && total > 0 && total + bytes > STORED_MAX_BYTES) break
      total += bytes
      storedBytes += bytes
      if ('keys' in needed) keys.push(...needed.keys)
      taken.push('keys' in needed ? { change } : { change, error: needed.error })
    }
    return { part, heads, keys, taken, storedBytes }
  })
  const reading = needs.filter(({ keys }) => keys.length > 0)
  const storedOf = await readStored(
    clickhouse,
    reading.map(({ part, keys }) => ({ stream: part.snapshot.id, keys })),
  )
  return needs.map((need) => ({ ...need, stored: storedOf.get(need.part.snapshot.id) ?? new Map() }))
}

function tryStored(change: Change<unknown>, heads: HeadsOfStream) {
  try {
    return { keys: change.stored?.(heads) ?? [] }
  } catch (error) {
    return { error }
  }
}

function planPart({ part, heads, taken, stored }: Need, draft: Draft): ChangeEnd[] {
  return part.changes.map((_, i) => {
    const next = taken[i]
    if (next === undefined) return { kind: 'postponed' }
    if ('error' in next) return { kind: 'failed', error: next.error }
    try {
      return { kind: 'done', value: next.change.plan(draft, heads, stored) }
    } catch (error) {
      return { kind: 'failed', error }
    }
  })
}

const sizeOf = (needs: Need[]) =>
  needs.reduce((sum, { taken, storedBytes }) => {
    const [records, bytes] = [
      taken.map(({ change }) => change.ids.length),
      taken.map(({ change }) => change.bytes),
    ]
    return sum + rowsBytes(records.reduce(plus, 0), bytes.reduce(plus, storedBytes))
  }, 0)

const plus = (a: number, b: number) => a + b

function resultOf({ changes, unchangedIds }: Draft): CommitResult {
  if (changes.size === 0) return { kind: 'unchanged', unchangedIds }
  return { kind: 'committed', sizeDelta: sizeDeltaOf(changes), unchangedIds }
}

/** Versions that stay where they are, with their payload again. */
function restoredIn({ snapshot, changes }: Draft): Key[] {
  const keys: Key[] = []
  for (const [id, { next }] of changes) {
    if (next.modifiedAt < snapshot.instant) keys.push({ id, modifiedAt: next.modifiedAt })
  }
  return keys
}

/** Of a version that was restored in place, the flush of heads does not know. */
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
  // A part that has no rows lost only its ids that were saved without a change.
  const inDoubt: CommitResult = { kind: definitive ? 'in-doubt' : 'unknown' }
  return {
    result: result.kind === 'unchanged' ? { kind: 'unchanged' } : inDoubt,
    ends: ends.map((each) => (each.kind === 'done' ? end : each)),
  }
}

const failed = (result: CommitResult, changes: unknown[], error: unknown): PartEnd => ({
  result,
  ends: changes.map(() => ({ kind: 'failed', error })),
})
