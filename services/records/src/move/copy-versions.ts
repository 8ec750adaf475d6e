import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { sql } from '../clickhouse/sql.ts'
import { pageOf } from '../read/page.ts'
import { collapse } from '../tables/collapse.ts'
import { indexInPlace } from '../tables/record-head.ts'
import { after, insertCopy, readKeys, selectCopy, upTo } from '../tables/record-log.ts'
import type { Key } from '../tables/version.ts'

/** Of one piece. Its payloads are in our memory, and it is one block of the other shard. */
const PIECE = { records: 10_000, bytes: 16 * 1024 * 1024 }
/** Rows of one query for the keys of the next piece. */
const KEYS = 20_000

/** A name in the tables of a shard. */
export type Place = { clickhouse: ClickHouse; id: string }

/** What was copied. */
export type Copied = { versions: number; bytes: number }

/**
 * Copies the live versions of a stream, in order and piece by piece, to another name on another shard, and its heads if
 * it `hasHeads`. Cursors stay true: they are made of instants and ids.
 *
 * @param next Is called before each piece is written.
 */
export async function copyVersions(
  from: Place,
  to: Place,
  hasHeads: boolean,
  next: (copied: Copied) => Promise<void>,
): Promise<Copied> {
  const copied: Copied = { versions: 0, bytes: 0 }
  for (let start: Key | undefined, more = true; more; ) {
    const behind = start ? after(start) : sql`true`
    const keys = await readKeys(from.clickhouse, from.id, behind, KEYS)
    const full = keys.length === KEYS
    const { live, end } = collapse(keys, full)
    const piece = pageOf(live, PIECE, ({ size }) => size)
    const pieceEnd: Key | undefined = (piece.more && piece.items.at(-1)) || end
    if (pieceEnd === undefined) {
      if (full) throw new Error(`a version of stream ${from.id} has more than ${KEYS} rows: try again later`)
      return copied
    }
    if (piece.items.length > 0) {
      const range = sql`${behind} AND ${upTo(pieceEnd)}`
      const rows = await selectCopy(from.clickhouse, from.id, to.id, range)
      await next(copied)
      await insertCopy(to.clickhouse, rows)
      if (hasHeads) await indexInPlace(to.clickhouse, to.id, range)
      copied.versions += piece.items.length
      copied.bytes += piece.items.reduce((sum, { size }) => sum + size, 0)
    }
    start = pieceEnd
    more = piece.more || full
  }
  return copied
}
