import type { ClickHouse } from './clickhouse.ts'

/** What a read asks of ClickHouse. */
export type ReadClient = Pick<ClickHouse, 'select'>

/** For the reads of one caller: when its signal aborts, none of its queries waits or runs any more. */
export const readClient = (clickhouse: ClickHouse, signal: AbortSignal): ReadClient => ({
  select: (query, row) => clickhouse.select(query, row, signal),
})
