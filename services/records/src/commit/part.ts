import type { LimitFunction } from 'p-limit'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { HeadCache } from '../heads/head-cache.ts'
import type { CommitResult } from '../stream/commit-result.ts'
import type { Lease } from '../stream/lease.ts'
import type { Generation, StreamSnapshot } from '../stream/snapshot.ts'
import type { Change } from './change.ts'

/** What a commit works with. */
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

/** What commits leave to background jobs, so that a commit is a single insert. */
export type Background = {
  /** Waits while more ids wait to be flushed than Redis should hold. */
  ensureRoom(): Promise<void>
  committed(generation: Generation, left: { unchangedBytes: number; changed: boolean }): void
}

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
