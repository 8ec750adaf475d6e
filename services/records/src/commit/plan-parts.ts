import type { HeadsOfStream } from '../heads/head-cache.ts'
import type { CommitResult } from '../stream/commit-result.ts'
import { readStored, rowsBytes, writeRows } from '../tables/record-log.ts'
import type { Key } from '../tables/version.ts'
import type { Change, StoredVersions } from './change.ts'
import type { ChangeEnd, Committing, Part, PartEnd } from './part.ts'
import { type Draft, rowsOf, sizeDeltaOf } from './plan.ts'

/** Payloads that a commit reads, to merge into them or to delete them. Changes that need more wait for the next commit. */
const STORED_MAX_BYTES = 32 * 1024 * 1024

/** A part whose rows are written, as it ends if they are inserted. */
export type Planned = Part &
  PartEnd & {
    /** Versions that stay where they are, with their payload again. */
    restored: Key[]
    unchangedCount: number
  }

/**
 * The rows that the changes of these parts make. Parts are planned one by one, and only what is needed after the insert is
 * kept of each: thousands of small objects that live as long as an insert would be most of the garbage collector's work.
 */
export async function planParts(
  committing: Committing,
  parts: Part[],
): Promise<{ rows: Buffer; planned: Planned[] }> {
  const { clickhouse, heads, background, historyDays } = committing
  await background.ensureRoom()
  const needs = await needsOf(committing, parts)
  const rows = clickhouse.rowWriter(sizeOf(needs))
  const planned = needs.map((need) => {
    const { snapshot } = need.part
    const draft: Draft = { snapshot, changes: new Map(), unchangedIds: [] }
    const ends = planPart(need, draft)
    writeRows(rows, rowsOf(snapshot.id, draft.changes, historyDays > 0 ? snapshot.instant : 0))
    heads.stage(snapshot, draft.changes, draft.unchangedIds)
    const unchangedCount = draft.unchangedIds.length
    return { ...need.part, ends, result: resultOf(draft), restored: restoredIn(draft), unchangedCount }
  })
  return { rows: rows.finish(), planned }
}

/** What the changes of a part need. `stored`: those of them that fit into this commit, in order, with why one can't be planned. */
type Need = {
  part: Part
  heads: HeadsOfStream
  taken: { change: Change<unknown>; error?: unknown }[]
  stored: StoredVersions
  storedBytes: number
}

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

function restoredIn({ snapshot, changes }: Draft): Key[] {
  const keys: Key[] = []
  for (const [id, { next }] of changes) {
    if (next.modifiedAt < snapshot.instant) keys.push({ id, modifiedAt: next.modifiedAt })
  }
  return keys
}
