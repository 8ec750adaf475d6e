import type { Stream } from '@syncline/proto'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { RowWriter } from '../clickhouse/row-binary.ts'
import { sql } from '../clickhouse/sql.ts'

/** The table `stream_use`: when streams were last used, and when they were reported as unused. Redis may lose its data. */

export async function registerReport(clickhouse: ClickHouse, id: string, now: number): Promise<void> {
  await insertUse(clickhouse, id, { usedAt: 0, reportedAt: now })
}

export type Unused = { stream: Stream; id: string; usedAt: number; reportedAt: number }

/** Streams that were not used since an instant. One of which no use is known, as it was emptied, is not among them. */
export async function unusedSince(clickhouse: ClickHouse, since: number): Promise<Unused[]> {
  return clickhouse.select(
    sql`SELECT environment, connection, model, variant, stream, used, reported FROM (
        SELECT *, max(generation) OVER (PARTITION BY environment, connection, model, variant) AS newest
        FROM streams FINAL) AS known
      INNER JOIN (
        SELECT stream, max(used_at) AS used, max(reported_at) AS reported FROM stream_use GROUP BY stream
        HAVING used <= ${since}) AS use USING stream
      WHERE generation = newest AND here`,
    (row) => {
      const environment = row.string()
      const connection = row.string()
      const model = row.string()
      const variant = row.string()
      const id = row.uuid()
      const usedAt = row.int64()
      return { stream: { environment, connection, model, variant }, id, usedAt, reportedAt: row.int64() }
    },
  )
}

export async function lastUse(clickhouse: ClickHouse, id: string): Promise<number> {
  const [at] = await clickhouse.select(sql`SELECT max(used_at) FROM stream_use WHERE stream = ${id}`, (row) =>
    row.int64(),
  )
  return at ?? 0
}

/** A run begins on a stream. */
export async function registerUse(clickhouse: ClickHouse, id: string, now: number): Promise<void> {
  await insertUse(clickhouse, id, { usedAt: now, reportedAt: 0 })
}

/** A copy of a stream was used when the stream was. */
export async function copyUse(
  from: { clickhouse: ClickHouse; id: string },
  to: { clickhouse: ClickHouse; id: string },
): Promise<void> {
  const [use] = await from.clickhouse.select(
    sql`SELECT max(used_at), max(reported_at) FROM stream_use WHERE stream = ${from.id} HAVING count() > 0`,
    (row) => {
      const usedAt = row.int64()
      return { usedAt, reportedAt: row.int64() }
    },
  )
  if (use) await insertUse(to.clickhouse, to.id, use)
}

async function insertUse(
  clickhouse: ClickHouse,
  id: string,
  { usedAt, reportedAt }: { usedAt: number; reportedAt: number },
): Promise<void> {
  const writer = new RowWriter()
  writer.uuid(id)
  writer.int64(usedAt)
  writer.int64(reportedAt)
  await clickhouse.insertGathered(sql`stream_use (stream, used_at, reported_at)`, writer.finish())
}
