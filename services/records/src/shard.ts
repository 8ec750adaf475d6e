import type { LimitFunction } from 'p-limit'
import type { DeleteGuard } from './api/delete-guard.ts'
import type { ClickHouse } from './clickhouse/clickhouse.ts'
import type { WriteQueue } from './commit/write-queue.ts'
import type { Events } from './events.ts'
import type { HeadCache } from './heads/head-cache.ts'
import type { StreamJobs } from './jobs/stream-jobs.ts'
import type { PageCache } from './read/page-cache.ts'
import type { PageMemory } from './read/page-memory.ts'
import type { StreamState } from './stream/stream-state.ts'
import type { PayloadLife } from './tables/payload-life.ts'

/** A shard as this process has it: what every call works with. */
export type Shard = {
  clickhouse: ClickHouse
  /** Inserts of commits go one after the other, while the rows of the next one are made: two at once take as long. */
  inserts: LimitFunction
  state: StreamState
  heads: HeadCache
  jobs: StreamJobs
  background: StreamJobs
  writes: WriteQueue
  life: PayloadLife
  pages: PageCache
  pageMemory: PageMemory
  guard: DeleteGuard
  /** 0 = no history is kept. */
  historyDays: number
  /** Payloads of a page. */
  pageBytes: number
  clock: () => number
  events: Events
}
