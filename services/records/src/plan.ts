import type { Record as SavedRecord } from '@syncline/proto'
import type { Head } from './record-head.ts'
import { Action, type NewRow } from './record-log.ts'

/** A save as it is decided on. */
export type Save = {
  /** Name of the stream's generation in the tables. */
  stream: string
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
  rows: NewRow[]
  /** Ids of which the save leaves no new version behind, so that they must be remembered as seen. */
  seen: string[]
}

/**
 * Decides what a save changes. `heads` are the stream's newest versions of its ids; they are brought up to date, so
 * that a second save of the same commit builds on the first.
 */
export function planSave(save: Save, heads: Map<string, Head>): SavePlan {
  const plan: SavePlan = { added: 0, updated: 0, unchanged: 0, duplicateIds: [], rows: [], seen: [] }
  const { last, duplicateIds } = lastOfEach(save.records)
  plan.duplicateIds = duplicateIds
  for (const record of last) {
    const head = heads.get(record.id)
    const change = classify(head, record.hash, save.expiry)
    plan[counted[change]]++
    if (change === 'unchanged' || change === 'restored') plan.seen.push(record.id)
    if (change === 'unchanged') continue
    const next = successor(change, head, record, save.instant)
    if (head) plan.rows.push(row(save, record, head, -1))
    plan.rows.push(row(save, record, next, 1))
    heads.set(record.id, next)
  }
  return plan
}

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

const nothing = Buffer.alloc(0)

/** A row that ends a version (−1) has its key, action and size, for the sums; the rest of it nobody reads. */
function row(save: Save, record: SavedRecord, version: Head, sign: 1 | -1): NewRow {
  return {
    ...version,
    stream: save.stream,
    id: record.id,
    sign,
    numericId: record.numericId,
    runId: save.runId,
    payload: sign === 1 ? record.payload : nothing,
  }
}
