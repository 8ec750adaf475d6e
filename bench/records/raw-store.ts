import { createHash } from 'node:crypto'
import { RecordsDefinition, type SaveRequest } from '@syncline/proto'
import { readBatch } from '@syncline/record'
import type { ServiceImplementation } from 'nice-grpc'
import type { Pool } from 'undici'
import { askClickHouse } from './ask-clickhouse.ts'

const ROW_BYTES = 160

const { begin, save } = RecordsDefinition.methods

/** A peer that is measured, no fake: it serves only what the benchmark calls, and passes no contract of the record store. */
export const RawDefinition = { ...RecordsDefinition, methods: { begin, save } }

/** Same columns, codecs and order as the store's log of records; no look-up, no second table, no views. */
export const rawTable = `CREATE TABLE raw_log (
  stream UUID,
  modified_at Int64 CODEC(Delta, ZSTD(1)),
  id String CODEC(ZSTD(1)),
  sign Int8,
  written_at Int64 CODEC(Delta, ZSTD(1)),
  action Enum8('added' = 1, 'updated' = 2, 'deleted' = 3),
  first_seen_at Int64 CODEC(Delta, ZSTD(1)),
  pruned_at Int64,
  numeric_id Bool,
  hash FixedString(16),
  size UInt32 CODEC(ZSTD(1)),
  run_id LowCardinality(String),
  payload String CODEC(ZSTD(1))
) ENGINE = CollapsingMergeTree(sign) ORDER BY (stream, modified_at, id) SETTINGS index_granularity_bytes = 262144, auto_statistics_types = ''`

const insert = 'INSERT INTO raw_log SETTINGS async_insert = 0, max_insert_threads = 1 FORMAT RowBinary'

/** The limit: what ClickHouse takes in when nobody asks whether a record is new. An insert for each save. */
export function rawStore(pool: Pool): ServiceImplementation<typeof RawDefinition> {
  return {
    begin: async () => ({}),
    async save(request) {
      await askClickHouse(pool, insert, rowsOf(request))
      return { added: request.batch?.ids.length ?? 0 }
    },
  }
}

function rowsOf({ stream, writer, batch }: SaveRequest): Buffer {
  const records = readBatch(batch).records()
  const now = BigInt(Date.now())
  const name = createHash('md5').update(JSON.stringify(stream)).digest()
  const runId = Buffer.from(writer?.runId ?? '')
  const ids = records.map(({ id }) => Buffer.from(id))
  const bytes = records.reduce((sum, record, i) => sum + record.payload.length + (ids[i]?.length ?? 0), 0)
  const rows = Buffer.allocUnsafe(bytes + records.length * (ROW_BYTES + runId.length))
  let at = 0
  const int64 = (value: bigint) => {
    at = rows.writeBigInt64LE(value, at)
  }
  const int8 = (value: number) => {
    at = rows.writeInt8(value, at)
  }
  const copy = (value: Buffer) => {
    at += value.copy(rows, at)
  }
  const string = (value: Buffer) => {
    let length = value.length
    for (; length > 127; length >>>= 7) at = rows.writeUInt8((length & 127) | 128, at)
    at = rows.writeUInt8(length, at)
    copy(value)
  }
  for (const [i, record] of records.entries()) {
    copy(name)
    int64(now)
    string(ids[i] as Buffer) // one for each record
    int8(1)
    int64(now)
    int8(1)
    int64(now)
    int64(0n)
    int8(record.numericId ? 1 : 0)
    copy(record.hash)
    at = rows.writeUInt32LE(record.payload.length, at)
    string(runId)
    string(record.payload)
  }
  return rows.subarray(0, at)
}
