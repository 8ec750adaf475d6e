import type { StreamSize } from './snapshot.ts'

/**
 * What became of a stream under a lease; `Lease.release` writes it down.
 *
 * - `unchanged`: no record has changed. The window of delete tracking may have.
 * - `committed`: the tables have the commit.
 * - `recovered`: the tables were counted anew after a commit that was in doubt.
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
type Marks = {
  /** Ids of records that were saved again without a change. */
  unchangedIds?: string[]
  /** The window of delete tracking opens at an instant, or closes. */
  window?: number | 'closed'
}
