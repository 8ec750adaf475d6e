import type { StreamSize } from './snapshot.ts'

/**
 * What became of a stream under a lease; `Lease.release` writes it down.
 *
 * - `unchanged`: no record has changed. The window of delete tracking may have.
 * - `committed`: the tables have the commit.
 * - `recovered`: the tables were counted again after a commit that was in doubt.
 * - `emptied`: the stream has a new generation.
 * - `moved`: the stream is on another shard, where it has a new generation.
 * - `in-doubt`: a statement has failed half-way. The lease is released, and the next holder recovers.
 * - `unknown`: a statement may still be running. The lease is not released but expires, and the next holder recovers.
 */
export type CommitResult =
  | ({ kind: 'unchanged' } & Marks)
  | ({ kind: 'committed'; sizeDelta: StreamSize } & Marks)
  | { kind: 'recovered'; size: StreamSize }
  | { kind: 'emptied'; generation: number }
  | { kind: 'moved'; generation: number; place: number }
  | { kind: 'in-doubt' }
  | { kind: 'unknown' }

/** What delete tracking has to know of a commit. */
export type Marks = {
  /** Ids of records that were saved again without a change. */
  unchangedIds?: string[]
  /** The window of delete tracking opens at an instant, or closes. */
  window?: number | 'closed'
  incomplete?: IncompletePass
  /** A pass has ended: what it has found and was held back, or nothing. */
  heldDeletion?: FoundDeletion | 'none'
}

/** Why the pass that a run works on is not complete. */
export type IncompletePass = { reason: string; sync: string; runId: string }

/**
 * A deletion that was held back: the records that the pass of a run had not seen, of how many, and why the pass was not
 * complete. If that is empty, the guard held the deletion back.
 */
export type FoundDeletion = { at: number; runId: string; unseen: number; live: number; incomplete: string }
