import type { ClickHouse } from './clickhouse.ts'
import { readAction, type Version } from './record-log.ts'
import { listed, sql } from './sql.ts'

/** The tables that views fill from `record_log`: the newest version of each id, and the sizes of streams. */

export type Head = Version & { hash: Buffer; size: number }

/** By stream, then by id. One query, however many streams they are in. */
export type Heads = Map<string, Map<string, Head>>

export async function readHeads(
  clickhouse: ClickHouse,
  wanted: { stream: string; ids: string[] }[],
): Promise<Heads> {
  const heads: Heads = new Map(wanted.map(({ stream }) => [stream, new Map()]))
  const known = wanted.flatMap(({ stream, ids }) => {
    const possible = ids.filter((id) => id !== '' && !id.includes(ID_SEPARATOR))
    return possible.length > 0 ? [[stream, possible.join(ID_SEPARATOR)]] : []
  })
  if (known.length === 0) return heads
  // Parsing thousands of literals takes longer than finding what they name: so it is one text for each stream.
  const ids = sql`SELECT stream, arrayJoin(splitByChar(${ID_SEPARATOR}, ids)) FROM values('stream UUID, ids String', ${listed(known)})`
  // Without FINAL, as to choose the newest is little work here, and more there.
  await clickhouse.select(
    sql`SELECT stream, id, modified_at, written_at, hash, action, first_seen_at, pruned_at, size
      FROM record_head WHERE (stream, id) IN (${ids})`,
    (row) => {
      const [ofStream, id] = [heads.get(row.uuid()), row.string()]
      const head: Head = {
        modifiedAt: row.int64(),
        writtenAt: row.int64(),
        hash: row.fixed(16),
        action: readAction(row),
        firstSeenAt: row.int64(),
        prunedAt: row.int64(),
        size: row.uint32(),
      }
      if (head.writtenAt > (ofStream?.get(id)?.writtenAt ?? 0)) ofStream?.set(id, head)
    },
  )
  return heads
}

/** No id has it: see encodeRecord. */
export const ID_SEPARATOR = '\0'

export type StreamSize = { live: number; bytes: number }

export async function streamSizes(
  clickhouse: ClickHouse,
  streams: string[],
): Promise<Map<string, StreamSize>> {
  if (streams.length === 0) return new Map()
  const rows = await clickhouse.select(
    sql`SELECT stream, sum(live), sum(bytes) FROM stream_stat WHERE stream IN ${streams} GROUP BY stream`,
    (row): [string, StreamSize] => [row.uuid(), { live: row.int64(), bytes: row.int64() }],
  )
  return new Map(rows)
}

/**
 * ClickHouse writes the log first and then what the views make of it. If it failed or died in between and nobody
 * repeated the insert, heads and sizes lack what the log has. Under the streams' locks: says again what the log says.
 */
export async function heal(clickhouse: ClickHouse, torn: { stream: string; since: number }[]): Promise<void> {
  const streams = torn.map(({ stream }) => stream)
  const since = Math.min(...torn.map(({ since }) => since))
  await clickhouse.insertSelect(sql`
    INSERT INTO record_head (stream, id, modified_at, written_at, hash, action, first_seen_at, pruned_at, size)
    SELECT stream, id, modified_at, written_at, hash, action, first_seen_at, pruned_at, size
    FROM record_log FINAL WHERE stream IN ${streams} AND written_at >= ${since}`)
  await clickhouse.insertSelect(sql`
    INSERT INTO stream_stat (stream, live, bytes)
    SELECT stream, sum(live), sum(bytes) FROM (
      SELECT stream, sign * (action != 'deleted') AS live, sign * toInt64(size) AS bytes
      FROM record_log WHERE stream IN ${streams}
      UNION ALL SELECT stream, -live, -bytes FROM stream_stat WHERE stream IN ${streams})
    GROUP BY stream`)
}
