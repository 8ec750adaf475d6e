import type { Record as SavedRecord } from '@syncline/proto'
import type { Head } from './record-head.ts'
import { Action, type NewRow } from './record-log.ts'

/** A save as it is decided on. */
export type Save = {
  runId: string
  /** The commit's: no version of the stream is as new. */
  instant: number
  /** Payloads written before this are gone. */
  expiry: number
  records: SavedRecord[]
}

export type SavePlan = {
  added: number
  updated: number
  unchanged: number
  duplicateIds: string[]
  /** Ids of which the save leaves no new version behind, so that they must be remembered as seen. */
  seen: string[]
}

/** By id, what a commit changes in a stream: the last word of all its saves. */
export type Changes = Map<
  string,
  { before: Head | undefined; next: Head; record: SavedRecord; runId: string }
>

/**
 * Decides what a save changes. `heads` are the stream's newest versions of its ids. What it changes goes to `changes`,
 * so that a later save of the same commit builds on it.
 */
export function planSave(save: Save, heads: Map<string, Head>, changes: Changes): SavePlan {
  const plan: SavePlan = { added: 0, updated: 0, unchanged: 0, duplicateIds: [], seen: [] }
  const { last, duplicateIds } = lastOfEach(save.records)
  plan.duplicateIds = duplicateIds
  for (const record of last) {
    const before = heads.get(record.id)
    const head = changes.get(record.id)?.next ?? before
    const change = classify(head, record.hash, save.expiry)
    plan[counted[change]]++
    if (change === 'unchanged' || change === 'restored') plan.seen.push(record.id)
    if (change === 'unchanged') continue
    const next = successor(change, head, record, save.instant)
    changes.set(record.id, { before, next, record, runId: save.runId })
  }
  return plan
}

/** `stream` is its generation's name in the tables. */
export function rowsOf(stream: string, changes: Changes): NewRow[] {
  const rows: NewRow[] = []
  for (const { before, next, record, runId } of changes.values()) {
    const { id, numericId, payload } = record
    // A row that ends a version has its key, action and size, for the sums; the rest of it nobody reads.
    if (before) rows.push({ ...before, stream, id, sign: -1, numericId, runId, payload: nothing })
    rows.push({ ...next, stream, id, sign: 1, numericId, runId, payload })
  }
  return rows
}

const nothing = Buffer.alloc(0)

/** In the order of their last occurrence's ids; the last one wins. */
export function lastOfEach(records: SavedRecord[]): { last: SavedRecord[]; duplicateIds: string[] } {
  const last = new Map<string, SavedRecord>()
  const duplicates = new Set<string>()
  for (const record of records) {
    if (last.has(record.id)) duplicates.add(record.id)
    last.set(record.id, record)
  }
  return { last: [...last.values()], duplicateIds: [...duplicates] }
}

export type Change = 'added' | 'updated' | 'unchanged' | 'restored'

/**
 * A deleted record that comes back is added again. A pruned one with the same content gets its payload back where it
 * is: its readers have had it, so it does not move.
 */
export function classify(head: Head | undefined, hash: Buffer, expiry: number): Change {
  if (head === undefined || head.action === Action.deleted) return 'added'
  if (!head.hash.equals(hash)) return 'updated'
  return head.prunedAt > 0 || head.writtenAt <= expiry ? 'restored' : 'unchanged'
}

const counted = { added: 'added', updated: 'updated', unchanged: 'unchanged', restored: 'unchanged' } as const

function successor(
  change: Exclude<Change, 'unchanged'>,
  head: Head | undefined,
  record: SavedRecord,
  instant: number,
): Head {
  const common = { writtenAt: instant, prunedAt: 0, hash: record.hash, size: record.payload.length }
  if (head === undefined || change === 'added') {
    return { ...common, modifiedAt: instant, action: Action.added, firstSeenAt: instant }
  }
  if (change === 'restored') return { ...head, ...common }
  return { ...common, modifiedAt: instant, action: Action.updated, firstSeenAt: head.firstSeenAt }
}
