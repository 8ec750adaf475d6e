import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { sql } from '../clickhouse/sql.ts'
import { pageOf } from '../read/page.ts'
import { collapse } from '../tables/collapse.ts'
import { indexInPlace } from '../tables/record-head.ts'
import { after, insertCopy, readKeys, selectCopy, upTo } from '../tables/record-log.ts'
import type { Key } from '../tables/version.ts'

/** Limits of a chunk: its payloads are in our memory, and it is one block on the other shard. */
const CHUNK = { records: 10_000, bytes: 16 * 1024 * 1024 }
/** Rows of one query for the keys of the next chunk. */
const KEYS = 20_000

/** A stream id in the tables of a shard. */
export type StoredStream = { clickhouse: ClickHouse; id: string }

/** What was copied. */
export type Copied = { versions: number; bytes: number }

/**
 * Copies the live versions of a stream, in order and chunk by chunk, to another stream id on another shard; with heads if
 * `hasHeads`. Cursors stay valid: they are made of instants and record ids.
 *
 * @param next Is called before each chunk is written.
 */
export async function copyVersions(
  from: StoredStream,
  to: StoredStream,
  hasHeads: boolean,
  next: (copied: Copied) => Promise<void>,
): Promise<Copied> {
  const copied: Copied = { versions: 0, bytes: 0 }
  for (let start: Key | undefined, more = true; more; ) {
    const behind = start ? after(start) : sql`true`
    const keys = await readKeys(from.clickhouse, from.id, behind, KEYS)
    const full = keys.length === KEYS
    const { live, end } = collapse(keys, full)
    const chunk = pageOf(live, CHUNK, ({ size }) => size)
    const chunkEnd: Key | undefined = (chunk.more && chunk.items.at(-1)) || end
    if (chunkEnd === undefined) {
      if (full) throw new Error(`a version of stream ${from.id} has more than ${KEYS} rows: try again later`)
      return copied
    }
    if (chunk.items.length > 0) {
      const range = sql`${behind} AND ${upTo(chunkEnd)}`
      const rows = await selectCopy(from.clickhouse, from.id, to.id, range)
      await next(copied)
      await insertCopy(to.clickhouse, rows)
      if (hasHeads) await indexInPlace(to.clickhouse, to.id, range)
      copied.versions += chunk.items.length
      copied.bytes += chunk.items.reduce((sum, { size }) => sum + size, 0)
    }
    start = chunkEnd
    more = chunk.more || full
  }
  return copied
}
