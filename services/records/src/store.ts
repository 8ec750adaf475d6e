import type { Stream, Writer } from '@syncline/proto'
import type { LimitFunction } from 'p-limit'
import type { DeleteGuard } from './api/delete-guard.ts'
import type { ClickHouse } from './clickhouse/clickhouse.ts'
import type { GroupCommit } from './commit/group-commit.ts'
import type { Events } from './events.ts'
import type { Heads } from './heads/head-cache.ts'
import type { TableFeed } from './jobs/table-feed.ts'
import type { ReadAhead } from './read/read-ahead.ts'
import type { PayloadLife } from './read/record-json.ts'
import type { StreamState } from './stream/stream-state.ts'

/** What every call works with: a shard, and what this process knows of it. */
export type Store = {
  clickhouse: ClickHouse
  /** Inserts of commits go one after the other, while the rows of the next one are made: two at once take as long. */
  inserts: LimitFunction
  state: StreamState
  heads: Heads
  feed: TableFeed
  commits: GroupCommit
  life: PayloadLife
  ahead: ReadAhead
  guard: DeleteGuard
  /** 0 = no history is kept. */
  historyDays: number
  /** Payloads of a page. */
  pageBytes: number
  clock: () => number
  events: Events
}

/** Whose records, and on whose behalf: without a writer it is the API that asks, and no fence is checked. */
export type Target = { stream: Stream; writer: Writer | undefined; signal: AbortSignal }

/** The same for what only a run does. */
export type RunTarget = Target & { writer: Writer }
