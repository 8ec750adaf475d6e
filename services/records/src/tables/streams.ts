import type { Stream } from '@syncline/proto'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { RowWriter } from '../clickhouse/row-binary.ts'
import { listed, type Sql, sql } from '../clickhouse/sql.ts'
import { historyStreamId } from './record-history.ts'

/**
 * The table `streams`: which generations of which streams there are. A stream is on this shard if its newest row is `here`.
 * A row that is not reserves the number of a generation that is being copied from another shard, or that another shard
 * has: with it, older ones on this shard are stale.
 */

/** Statements that read the old generation of a stream that was moved have ended after it. */
const READERS_GONE_MS = 120_000

/** `here`: the stream is here with this generation. If it is not, it would begin with it. */
export type Newest = { stream: Stream; generation: number; here: boolean }

/**
 * For each stream its newest generation. A stream that was here before begins behind what there was, or the sweep would
 * take it for stale.
 */
export async function newestGenerations(clickhouse: ReadClient, streams: Stream[]): Promise<Newest[]> {
  const identities = listed(streams.map(identity))
  const known = await clickhouse.select(
    sql`SELECT environment, connection, model, variant, (max((generation, here)) AS newest).1, newest.2 FROM streams
      WHERE (environment, connection, model, variant) IN (${identities})
      GROUP BY environment, connection, model, variant`,
    (row): [string, Omit<Newest, 'stream'>] => {
      const names = [row.string(), row.string(), row.string(), row.string()]
      const generation = row.uint32()
      const here = row.uint8() === 1
      return [JSON.stringify(names), { generation: here ? generation : generation + 1, here }]
    },
  )
  const newest = new Map(known)
  return streams.map((stream) => ({
    stream,
    ...(newest.get(JSON.stringify(identity(stream))) ?? { generation: 0, here: false }),
  }))
}

export async function registerGenerations(
  clickhouse: ClickHouse,
  generations: { stream: Stream; generation: number; id: string }[],
): Promise<void> {
  if (generations.length === 0) return
  const writer = new RowWriter()
  for (const { stream, generation, id } of generations) {
    for (const name of identity(stream)) writer.string(name)
    writer.uint32(generation)
    writer.uuid(id)
    writer.int64(Date.now())
  }
  const into = sql`streams (environment, connection, model, variant, generation, stream, created_at)`
  await clickhouse.append(into, writer.finish())
}

/** The highest number that a generation of a stream was given here, of rows that are not `here` too. */
export async function highestGeneration(clickhouse: ClickHouse, stream: Stream): Promise<number> {
  const [highest] = await clickhouse.select(
    sql`SELECT max(generation) FROM streams
      WHERE (environment, connection, model, variant) IN (${listed([identity(stream)])})`,
    (row) => row.uint32(),
  )
  return highest ?? 0
}

type Generation = { stream: Stream; generation: number; id: string }

/** The generation is on another shard, or is being copied from there. */
export async function reserveGeneration(clickhouse: ClickHouse, generation: Generation): Promise<void> {
  await clickhouse.run(insertOne(generation, false, sql`true`))
}

/**
 * The generation is here from now on, and so is the stream, if none is newer on any shard. Not after `notAfterMs` (Unix
 * time, by the clock of ClickHouse).
 */
export async function registerMoved(
  clickhouse: ClickHouse,
  generation: Generation,
  notAfterMs: number,
): Promise<void> {
  const inTime = sql`throwIf(toUnixTimestamp64Milli(now64(3)) > ${notAfterMs}, 'the lease has run out') = 0`
  await clickhouse.run(insertOne(generation, true, inTime))
}

const insertOne = ({ stream, generation, id }: Generation, here: boolean, where: Sql) => sql`
  INSERT INTO streams (environment, connection, model, variant, generation, stream, created_at, here)
  SELECT ${listed(identity(stream))}, ${generation}, toUUID(${id}), ${Date.now()}, ${here ? sql`true` : sql`false`}
  WHERE ${where}`

/** Names in the tables of generations that nobody reads any more, in an order; those after `after`. */
export async function staleStreams(
  clickhouse: ClickHouse,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  return clickhouse.select(
    sql`SELECT stream FROM (
        SELECT stream, generation, max(generation) OVER identity AS newest, max(if(here, 0, created_at)) OVER identity AS moved_at
        FROM streams FINAL WINDOW identity AS (PARTITION BY environment, connection, model, variant))
      WHERE generation < newest AND moved_at < ${Date.now() - READERS_GONE_MS} AND ${after === undefined ? sql`true` : sql`stream > ${after}`}
      ORDER BY stream LIMIT ${limit}`,
    (row) => row.uuid(),
  )
}

/**
 * ClickHouse has a delete on disk when it accepts it, and applies it in the background. Rows of `streams` go last: until
 * then the next sweep finds what this one did not finish.
 */
export async function removeStreams(clickhouse: ClickHouse, stale: string[]): Promise<void> {
  const streams = [...stale, ...stale.map(historyStreamId)]
  for (const table of [...tablesWithRows, sql`streams`]) {
    await clickhouse.run(
      sql`DELETE FROM ${table} WHERE stream IN ${streams} SETTINGS lightweight_deletes_sync = 0`,
    )
  }
}

/** Deletes that ClickHouse has accepted and not applied yet. */
export async function removalsUnderWay(clickhouse: ClickHouse): Promise<number> {
  const [count] = await clickhouse.select(
    sql`SELECT count() FROM system.mutations
      WHERE database = currentDatabase() AND NOT is_done AND command LIKE '%_row_exists%'`,
    (row) => row.int64(),
  )
  return count ?? 0
}

/** Which streams of an environment are wanted, and behind which one: see ListStreamsRequest. */
export type StreamSelection = {
  environment: string
  connections: string[]
  contains: string
  after: Stream | undefined
  limit: number
}

/**
 * Streams that are here, the order of the connections first. Those that were emptied are among them until a job forgets
 * them.
 */
export async function streamsOf(
  clickhouse: ReadClient,
  { environment, connections, contains, after, limit }: StreamSelection,
): Promise<Stream[]> {
  const from = after ? connections.slice(connections.indexOf(after.connection)) : connections
  if (from.length === 0) return []
  const found =
    contains === ''
      ? sql`true`
      : sql`positionCaseInsensitiveUTF8(concat(model, '::', variant), ${contains}) > 0`
  const isBehind = after
    ? sql`(connection != ${after.connection} OR (model, variant != 'base', variant) > (${after.model}, ${after.variant === 'base' ? 0 : 1}, ${after.variant}))`
    : sql`true`
  return clickhouse.select(
    sql`SELECT connection, model, variant FROM streams
      WHERE environment = ${environment} AND connection IN ${from} AND ${found} AND ${isBehind}
      GROUP BY connection, model, variant HAVING max((generation, here)).2
      ORDER BY indexOf([${listed(from)}], connection), model, variant != 'base', variant LIMIT ${limit}`,
    (row) => ({ environment, connection: row.string(), model: row.string(), variant: row.string() }),
  )
}

export type KnownStream = { stream: Stream; generation: number; id: string }

/** Streams whose newest generation is older than an instant and was not used since, in an order; those after `after`. */
export async function idleStreams(
  clickhouse: ClickHouse,
  since: number,
  after: string | undefined,
  limit: number,
): Promise<KnownStream[]> {
  return clickhouse.select(
    sql`SELECT environment, connection, model, variant, generation, stream FROM streams FINAL
      WHERE created_at < ${since} AND (environment, connection, model, variant, generation) IN (
          SELECT environment, connection, model, variant, max(generation) FROM streams
          GROUP BY environment, connection, model, variant)
        AND stream NOT IN (SELECT stream FROM stream_use WHERE used_at >= ${since})
        AND ${after === undefined ? sql`true` : sql`stream > ${after}`}
      ORDER BY stream LIMIT ${limit}`,
    (row) => {
      const [environment, connection] = [row.string(), row.string()]
      const [model, variant] = [row.string(), row.string()]
      const generation = row.uint32()
      return { stream: { environment, connection, model, variant }, generation, id: row.uuid() }
    },
  )
}

/** Those of these generations of which a table has rows, or of whose history. */
export async function withRows(clickhouse: ClickHouse, ids: string[]): Promise<Set<string>> {
  const idOf = new Map(ids.flatMap((id) => [[id, id] as const, [historyStreamId(id), id] as const]))
  const found = new Set<string>()
  for (const table of [sql`record_log`, sql`record_head`, sql`seen`]) {
    await clickhouse.each(
      sql`SELECT DISTINCT stream FROM ${table} WHERE stream IN ${[...idOf.keys()]}`,
      (row) => {
        found.add(idOf.get(row.uuid()) ?? '')
      },
    )
  }
  return found
}

/** Forgets streams that have no rows. When it returns, they are gone. */
export async function forgetStreams(clickhouse: ClickHouse, ids: string[]): Promise<void> {
  for (const table of [sql`stream_use`, sql`streams`])
    await clickhouse.run(
      sql`DELETE FROM ${table} WHERE stream IN ${ids} SETTINGS lightweight_deletes_sync = 2`,
    )
}

const tablesWithRows = [sql`record_log`, sql`record_head`, sql`seen`, sql`stream_use`]

const identity = ({ environment, connection, model, variant }: Stream) => [
  environment,
  connection,
  model,
  variant,
]
