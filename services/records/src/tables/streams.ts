import type { Stream } from '@syncline/proto'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { RowWriter } from '../clickhouse/row-binary.ts'
import { listed, sql } from '../clickhouse/sql.ts'
import { streamId } from '../stream/identity.ts'
import { historyStreamId } from './record-history.ts'

/** The table `streams`: which generations of which streams there are. */

/** For each stream its newest generation, if it has one. */
export async function newestGenerations(
  clickhouse: ReadClient,
  streams: Stream[],
): Promise<(number | undefined)[]> {
  const identities = listed(streams.map(identity))
  const known = await clickhouse.select(
    sql`SELECT environment, connection, model, variant, max(generation) FROM streams
      WHERE (environment, connection, model, variant) IN (${identities})
      GROUP BY environment, connection, model, variant`,
    (row): [string, number] => [
      JSON.stringify([row.string(), row.string(), row.string(), row.string()]),
      row.uint32(),
    ],
  )
  const generations = new Map(known)
  return streams.map((stream) => generations.get(JSON.stringify(identity(stream))))
}

export async function registerGenerations(
  clickhouse: ClickHouse,
  generations: { stream: Stream; generation: number }[],
): Promise<void> {
  if (generations.length === 0) return
  const writer = new RowWriter()
  for (const { stream, generation } of generations) {
    for (const name of identity(stream)) writer.string(name)
    writer.uint32(generation)
    writer.uuid(streamId(stream, generation))
    writer.int64(Date.now())
  }
  const into = sql`streams (environment, connection, model, variant, generation, stream, created_at)`
  await clickhouse.append(into, writer.finish())
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
  const streams = [...stale, ...stale.map(historyStreamId)]
  for (const table of [sql`record_log`, sql`record_head`, sql`seen`, sql`stream_use`, sql`streams`]) {
    await clickhouse.run(
      sql`DELETE FROM ${table} WHERE stream IN ${streams} SETTINGS lightweight_deletes_sync = 0`,
    )
  }
}

const identity = ({ environment, connection, model, variant }: Stream) => [
  environment,
  connection,
  model,
  variant,
]
