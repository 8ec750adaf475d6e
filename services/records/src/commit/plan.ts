import type { EncodedRecord } from '@syncline/record'
import type { HeadsOfStream } from '../heads/head-cache.ts'
import type { StreamSize, StreamSnapshot } from '../stream/snapshot.ts'
import type { NewRow } from '../tables/record-log.ts'
import { Action, compareKeys, type Head, type Key } from '../tables/version.ts'

/** A save as it is decided on. */
export type Save = {
  runId: string
  /** The commit's: no version of the stream is as new. */
  instant: number
  /** Payloads written before this are gone. */
  expiry: number
  records: EncodedRecord[]
  /** Records whose newest version is behind it stay as they are. */
  keepAfter?: Key | undefined
}

export type SaveCounts = { added: number; updated: number; unchanged: number; duplicateIds: string[] }

/** What happens to one record. */
export type RecordChange = {
  before: Head | undefined
  next: Head
  /** 0 = it has its payload. */
  prunedAt: number
  numericId: boolean
  payload: Buffer
  runId: string
}

/** By id, what a commit changes in a stream: the last word of all its saves. */
export type Changes = Map<string, RecordChange>

/** What a commit does to a stream, as its changes have added it so far. */
export type Draft = {
  readonly snapshot: StreamSnapshot
  readonly changes: Changes
  /** Ids of records that were saved again without a change. */
  readonly unchangedIds: string[]
}

/**
 * Decides what a save changes. `heads` are the stream's newest versions of its ids. What it changes goes to the draft,
 * so that a later change of the same commit builds on it, and so do the ids that it leaves without a new version.
 */
export function planSave(save: Save, heads: HeadsOfStream, draft: Omit<Draft, 'snapshot'>): SaveCounts {
  const { last, duplicateIds } = lastOfEach(save.records)
  const counts = { added: 0, updated: 0, unchanged: 0, duplicateIds }
  for (const record of last) {
    const { id, hash, numericId, payload } = record
    const before = heads.get(id)
    const head = draft.changes.get(id)?.next ?? before
    if (head && isKept(head, id, save.keepAfter)) {
      see(id, draft)
      continue
    }
    const kind = classify(head, hash, save.expiry)
    counts[counted[kind]]++
    if (kind === 'unchanged' || kind === 'restored') draft.unchangedIds.push(id)
    if (kind === 'unchanged') continue
    const next = successor(kind, head, record, save.instant)
    draft.changes.set(id, { before, next, prunedAt: 0, numericId, payload, runId: save.runId })
  }
  return counts
}

/**
 * `stream` is its generation's name in the tables. A version that is to become history is marked as superseded at
 * `supersedeAt` and stays where it is; with 0 there is no history, and the version is removed at once.
 */
export function rowsOf(stream: string, changes: Changes, supersedeAt: number): NewRow[] {
  const rows: NewRow[] = []
  for (const [id, change] of changes) {
    const { before, next } = change
    if (before) {
      const supersededAt = before.modifiedAt === next.modifiedAt ? 0 : supersedeAt // a version restored in place stays live
      // A row that removes or marks a version has its key, action and size, for the sums. Its other columns are not read.
      rows.push({
        stream,
        id,
        sign: supersededAt > 0 ? 1 : -1,
        head: before,
        change,
        payload: nothing,
        supersededAt,
      })
    }
    rows.push({ stream, id, sign: 1, head: next, change, payload: change.payload, supersededAt: 0 })
  }
  return rows
}

const nothing = Buffer.alloc(0)

/** What changes add to the stream's live records and bytes. */
export function sizeDeltaOf(changes: Changes): StreamSize {
  const delta = { live: 0, bytes: 0 }
  for (const { before, next } of changes.values()) {
    delta.live += (isAlive(next) ? 1 : 0) - (before && isAlive(before) ? 1 : 0)
    delta.bytes += next.size - (before?.size ?? 0)
  }
  return delta
}

/** The newest version of a record is behind the position, so it stays as it is. */
export const isKept = ({ modifiedAt }: Head, id: string, keepAfter: Key | undefined) =>
  keepAfter !== undefined && compareKeys({ modifiedAt, id }, keepAfter) > 0

/** The record is still in the source. One that the commit changes is seen by that. */
export function see(id: string, { changes, unchangedIds }: Omit<Draft, 'snapshot'>): void {
  if (!changes.has(id)) unchangedIds.push(id)
}

export const isAlive = ({ action }: { action: Action }) => action !== Action.deleted

/** In the order of their last occurrence's ids; the last one wins. */
export function lastOfEach(records: EncodedRecord[]): { last: EncodedRecord[]; duplicateIds: string[] } {
  const last = new Map<string, EncodedRecord>()
  const duplicates = new Set<string>()
  for (const record of records) {
    if (last.has(record.id)) duplicates.add(record.id)
    last.set(record.id, record)
  }
  return { last: [...last.values()], duplicateIds: [...duplicates] }
}

type Kind = 'added' | 'updated' | 'unchanged' | 'restored'

/**
 * A deleted record that comes back is added again. A pruned one with the same content gets its payload back where it
 * is: its readers have had it, so it does not move.
 */
function classify(head: Head | undefined, hash: Buffer, expiry: number): Kind {
  if (head === undefined || !isAlive(head)) return 'added'
  if (!head.hash.equals(hash)) return 'updated'
  return head.pruned || head.writtenAt <= expiry ? 'restored' : 'unchanged'
}

const counted = { added: 'added', updated: 'updated', unchanged: 'unchanged', restored: 'unchanged' } as const

function successor(
  kind: Exclude<Kind, 'unchanged'>,
  head: Head | undefined,
  record: EncodedRecord,
  instant: number,
): Head {
  const common = { writtenAt: instant, pruned: false, hash: record.hash, size: record.payload.length }
  if (head === undefined || kind === 'added') {
    return { ...common, modifiedAt: instant, action: Action.added, firstSeenAt: instant }
  }
  if (kind === 'restored') return { ...head, ...common }
  return { ...common, modifiedAt: instant, action: Action.updated, firstSeenAt: head.firstSeenAt }
}
