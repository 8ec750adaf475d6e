import type { Stream } from '@syncline/proto'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { RowWriter } from '../clickhouse/row-binary.ts'
import { type Sql, sql } from '../clickhouse/sql.ts'
import { streamId } from '../stream/identity.ts'
import { historyOf } from './record-history.ts'

/** The table `streams`: which generations of which streams there are. */

export async function newestGeneration(clickhouse: ClickHouse, stream: Stream): Promise<number | undefined> {
  const [newest] = await clickhouse.select(
    sql`SELECT generation FROM streams WHERE ${identity(stream)} ORDER BY generation DESC LIMIT 1`,
    (row) => row.uint32(),
  )
  return newest
}

export async function registerGeneration(
  clickhouse: ClickHouse,
  stream: Stream,
  generation: number,
): Promise<number> {
  const writer = new RowWriter()
  for (const name of [stream.environment, stream.connection, stream.model, stream.variant])
    writer.string(name)
  writer.uint32(generation)
  writer.uuid(streamId(stream, generation))
  writer.int64(Date.now())
  const into = sql`streams (environment, connection, model, variant, generation, stream, created_at)`
  await clickhouse.append(into, writer.finish())
  return generation
}

/** Names in the tables of generations that nobody reads any more. */
export async function staleStreams(clickhouse: ClickHouse, limit: number): Promise<string[]> {
  return clickhouse.select(
    sql`SELECT stream FROM (
        SELECT stream, generation, max(generation) OVER (PARTITION BY environment, connection, model, variant) AS newest
        FROM streams FINAL)
      WHERE generation < newest LIMIT ${limit}`,
    (row) => row.uuid(),
  )
}

/**
 * ClickHouse has a delete on disk when it accepts it, and does it by and by. Rows of `streams` go last: until then
 * the next sweep finds what this one did not finish.
 */
export async function removeStreams(clickhouse: ClickHouse, stale: string[]): Promise<void> {
  const streams = [...stale, ...stale.map(historyOf)]
  for (const table of [sql`record_log`, sql`record_head`, sql`seen`, sql`stream_use`, sql`streams`]) {
    await clickhouse.run(
      sql`DELETE FROM ${table} WHERE stream IN ${streams} SETTINGS lightweight_deletes_sync = 0`,
    )
  }
}

const identity = (stream: Stream): Sql => sql`environment = ${stream.environment}
  AND connection = ${stream.connection} AND model = ${stream.model} AND variant = ${stream.variant}`
