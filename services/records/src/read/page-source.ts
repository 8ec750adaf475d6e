import type { Reservation } from '../admission/memory-budget.ts'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import type { StreamView } from '../stream/stream-state.ts'
import type { PageForm } from './encode-page.ts'
import type { PageBound } from './page.ts'

/** What a page is read from for a caller, and how much it may hold. */
export type PageSource = {
  /** Ends with the caller. */
  reads: ReadClient
  /** For what is read in advance, whether or not the caller stays. */
  clickhouse: ClickHouse
  /** Of before the read: what is read is at least as new. */
  view: StreamView
  bound: PageBound
  form: PageForm
  /** What was reserved for the page. */
  memory: Reservation
}
