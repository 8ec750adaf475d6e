import { AppError } from '@syncline/errors'
import { RecordsDefinition, type Stream, type Writer } from '@syncline/proto'
import { type EncodedRecord, readBatch } from '@syncline/record'
import type { ServiceImplementation } from 'nice-grpc'
import type postgres from 'postgres'

const BATCH = 1000

/** Types of arrays' elements, as Postgres numbers them. */
const [BOOLEAN, BYTEA, TEXT] = [16, 17, 25]

const {
  begin,
  save,
  startTrackingDeletes,
  endTrackingDeletes,
  listRecords,
  countRecords,
  pruneRecords,
  emptyStreams,
} = RecordsDefinition.methods

/** A peer that is measured, no fake: it serves only what the benchmark calls, and passes no contract of the record store. */
export const StoreDefinition = {
  ...RecordsDefinition,
  methods: {
    begin,
    save,
    startTrackingDeletes,
    endTrackingDeletes,
    listRecords,
    countRecords,
    pruneRecords,
    emptyStreams,
  },
}

export type Sql = postgres.Sql<{ int8: number }>
type Transaction = postgres.TransactionSql<{ int8: number }>

/**
 * The record store as one would write it on Postgres: a row for each record, replaced where its hash differs, read by
 * an index in order of change. A commit takes its instant under a lock on the stream's row, so no reader skips any.
 */
export function postgresStore(sql: Sql): ServiceImplementation<typeof StoreDefinition> {
  return {
    async begin({ streams, writer }) {
      for (const stream of streams) await inStream(sql, { stream, writer }, async () => {})
      return { counts: [] }
    },
    save: ({ stream, writer, batch }) =>
      inStream(sql, { stream, writer }, async (tx, held) => {
        const records = readBatch(batch).records()
        const last = new Map(records.map((record) => [record.id, record]))
        const unique = [...last.values()]
        let [added, updated] = [0, 0]
        for (let from = 0; from < unique.length; from += BATCH) {
          const counts = await upsert(tx, held, writer?.runId ?? '', unique.slice(from, from + BATCH))
          added += counts.added
          updated += counts.updated
        }
        await tx`UPDATE streams SET live = live + ${added} WHERE stream = ${held.stream}`
        return { added, updated, unchanged: unique.length - added - updated, deleted: 0 }
      }),
    startTrackingDeletes: ({ stream, writer }) =>
      inStream(sql, { stream, writer }, async (tx, held) => {
        await tx`UPDATE streams SET tracking = true WHERE stream = ${held.stream}`
        return {}
      }),
    endTrackingDeletes: ({ stream, writer }) =>
      inStream(sql, { stream, writer }, async (tx, held) => {
        const { count } = await tx`
          UPDATE records SET action = 3, modified_at = ${held.instant}, run_id = ${writer?.runId ?? ''}
          WHERE stream = ${held.stream} AND action <> 3
            AND NOT EXISTS (SELECT FROM seen WHERE seen.stream = records.stream AND seen.id = records.id)`
        await tx`DELETE FROM seen WHERE stream = ${held.stream}`
        await tx`
          UPDATE streams SET live = live - ${count}, tracking = false WHERE stream = ${held.stream}`
        return { deleted: count }
      }),
    async *listRecords({ stream, cursor, limit }) {
      const after = cursor === '' ? { modifiedAt: -1, id: '' } : decodeCursor(cursor)
      const rows = await sql<Row[]>`
        SELECT id, modified_at, first_seen_at, pruned_at, action, numeric_id, payload FROM records
        WHERE stream = (SELECT stream FROM streams WHERE name = ${nameOf(stream)})
          AND (modified_at, id) > (${after.modifiedAt}, ${after.id})
        ORDER BY modified_at, id LIMIT ${limit + 1}`
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      yield {
        records: Buffer.from(`[${page.map(recordJson).join(',')}]`),
        nextCursor: last && rows.length > limit ? encodeCursor(last) : '',
      }
    },
    async countRecords({ streams }) {
      const counts = await Promise.all(
        streams.map(
          (stream) => sql<{ live: number }[]>`SELECT live FROM streams WHERE name = ${nameOf(stream)}`,
        ),
      )
      return { sizes: counts.map(([row]) => ({ live: row?.live ?? 0, bytes: 0 })) }
    },
    pruneRecords: ({ stream, untilCursor }) =>
      inStream(sql, { stream, writer: undefined }, async (tx, held) => {
        const until = decodeCursor(untilCursor)
        const { count } = await tx`
          UPDATE records SET payload = '', pruned_at = ${held.instant}
          WHERE stream = ${held.stream} AND pruned_at = 0
            AND (modified_at, id) <= (${until.modifiedAt}, ${until.id})`
        return { count, hasMore: false }
      }),
    async emptyStreams({ streams }) {
      for (const stream of streams) {
        await inStream(sql, { stream, writer: undefined }, async (tx, held) => {
          await tx`DELETE FROM records WHERE stream = ${held.stream}`
          await tx`UPDATE streams SET live = 0 WHERE stream = ${held.stream}`
        })
      }
      return {}
    },
  }
}

type Held = { stream: number; instant: number; tracking: boolean }

/** One transaction with the lock of a stream. */
async function inStream<T>(
  sql: Sql,
  { stream, writer }: { stream: Stream | undefined; writer: Writer | undefined },
  work: (tx: Transaction, held: Held) => Promise<T>,
): Promise<T> {
  const name = nameOf(stream)
  // postgres.js unwraps promises in its result type; ours are plain values.
  return sql.begin(async (tx) => {
    const lock = () => tx<{ stream: number; last: number; fence: number; tracking: boolean }[]>`
      SELECT stream, last, fence, tracking FROM streams WHERE name = ${name} FOR UPDATE`
    let [row] = await lock()
    if (!row) {
      await tx`INSERT INTO streams (name) VALUES (${name}) ON CONFLICT DO NOTHING`
      row = (await lock())[0]
    }
    if (!row) throw new AppError('server_error', `stream ${name} was not made`)
    const fence = writer?.fence ?? row.fence
    if (fence < row.fence) throw new AppError('fenced', `the fence ${fence} is behind ${row.fence}`)
    const instant = Math.max(Date.now(), row.last + 1)
    const result = await work(tx, { ...row, instant })
    await tx`UPDATE streams SET last = ${instant}, fence = ${fence} WHERE stream = ${row.stream}`
    return result
  }) as Promise<T>
}

async function upsert(
  tx: Transaction,
  { stream, instant, tracking }: Held,
  runId: string,
  records: EncodedRecord[],
): Promise<{ added: number; updated: number }> {
  const ids = records.map(({ id }) => id)
  if (tracking) {
    await tx`INSERT INTO seen SELECT ${stream}, unnest(${tx.array(ids, TEXT)}) ON CONFLICT DO NOTHING`
  }
  const [counts] = await tx<{ added: number; updated: number }[]>`
    WITH saved AS (
      INSERT INTO records AS r (stream, id, modified_at, first_seen_at, action, numeric_id, hash, run_id, payload)
      SELECT ${stream}, id, ${instant}, ${instant}, 1, numeric_id, hash, ${runId}, payload
      FROM unnest(
        ${tx.array(ids, TEXT)},
        ${tx.array(
          records.map(({ numericId }) => numericId),
          BOOLEAN,
        )},
        ${tx.array(
          records.map(({ hash }) => hash),
          BYTEA,
        )},
        ${tx.array(
          records.map(({ payload }) => payload.toString()),
          TEXT,
        )}
      ) AS incoming (id, numeric_id, hash, payload)
      ON CONFLICT (stream, id) DO UPDATE SET
        modified_at = CASE WHEN r.action <> 3 AND r.hash = excluded.hash THEN r.modified_at ELSE ${instant} END,
        first_seen_at = CASE WHEN r.action = 3 THEN ${instant} ELSE r.first_seen_at END,
        action = CASE WHEN r.action = 3 THEN 1 WHEN r.hash = excluded.hash THEN r.action ELSE 2 END,
        pruned_at = 0, numeric_id = excluded.numeric_id, hash = excluded.hash, run_id = excluded.run_id,
        payload = excluded.payload
      WHERE r.hash <> excluded.hash OR r.action = 3 OR r.pruned_at > 0
      RETURNING modified_at, action
    )
    SELECT count(*) FILTER (WHERE action = 1) AS added, count(*) FILTER (WHERE action = 2) AS updated
    FROM saved WHERE modified_at = ${instant}`
  return counts ?? { added: 0, updated: 0 }
}

type Key = { modifiedAt: number; id: string }
type Row = {
  id: string
  modified_at: number
  first_seen_at: number
  pruned_at: number
  action: 1 | 2 | 3
  numeric_id: boolean
  payload: string
}

function recordJson(row: Row): string {
  const metadata = JSON.stringify({
    first_seen_at: iso(row.first_seen_at),
    last_modified_at: iso(row.modified_at),
    last_action: { 1: 'ADDED', 2: 'UPDATED', 3: 'DELETED' }[row.action],
    deleted_at: row.action === 3 ? iso(row.modified_at) : null,
    pruned_at: row.pruned_at > 0 ? iso(row.pruned_at) : null,
    cursor: encodeCursor(row),
  })
  const body = row.pruned_at > 0 ? idOnly(row) : row.payload
  return `${body.slice(0, -1)},"_nango_metadata":${metadata}}`
}

const idOnly = ({ id, numeric_id }: Row) => `{"id":${numeric_id ? id : JSON.stringify(id)}}`
const iso = (ms: number) => new Date(ms).toISOString()
const nameOf = (stream: Stream | undefined) =>
  JSON.stringify([stream?.environment, stream?.connection, stream?.model, stream?.variant])

const encodeCursor = ({ modified_at, id }: Row) =>
  Buffer.from(`${iso(modified_at)}||${id}`).toString('base64')

function decodeCursor(cursor: string): Key {
  const [instant = '', id = ''] = Buffer.from(cursor, 'base64').toString().split('||')
  return { modifiedAt: Date.parse(instant), id }
}
