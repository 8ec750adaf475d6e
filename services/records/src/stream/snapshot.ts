import type { Stream } from '@syncline/proto'

/** What a stream was when its lease was granted. All instants are Unix milliseconds. */
export interface StreamSnapshot {
  readonly stream: Stream
  readonly generation: number
  /** The stream's name in the tables. */
  readonly id: string
  /** Of the commit under this lease: later than every instant of the stream before. */
  readonly instant: number
  /** Of the last commit that changed something; 0 if there was none. */
  readonly lastCommit: number
  /** Of the last commit in which a record was saved again without a change; 0 if there was none. */
  readonly lastUnchanged: number
  readonly live: number
  /** Heads of commits since then may not be in record_head; undefined: all are. */
  readonly headsBehindSince: number | undefined
  /** Deletes are tracked since then. */
  readonly windowStart: number | undefined
  /** Why the pass of the open window is not complete; empty = nobody has said that it is not. */
  readonly incomplete: string
  /** `held`: a pass has found a deletion that was held back. `released`: the next complete pass may delete. */
  readonly deletion: 'none' | 'held' | 'released'
  /** A commit that began then is in doubt: nobody knows whether it happened. */
  readonly inDoubtSince: number | undefined
}

/** Records that are not deleted; bytes of all payloads. */
export type StreamSize = { live: number; bytes: number }

/** The same, and the instant of the last commit that changed something; 0 if there was none. */
export type DatedSize = StreamSize & { lastModifiedMs: number }

/** A generation of a stream, and its name in the tables. */
export type Generation = Pick<StreamSnapshot, 'stream' | 'generation' | 'id'>
