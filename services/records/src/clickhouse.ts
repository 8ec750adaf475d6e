import { once } from 'node:events'
import { Readable } from 'node:stream'
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client'
import { AppError } from '@syncline/errors'
import type { Shard } from './config.ts'
import { RowReader, RowWriter } from './row-binary.ts'
import type { Sql } from './sql.ts'

/** The server ends a statement that runs longer; a little later we stop waiting for its answer. */
const STATEMENT_LIMIT_MS = 20_000
export const REQUEST_TIMEOUT_MS = STATEMENT_LIMIT_MS + 3000
const PING_TIMEOUT_MS = 2000

const MIB = 1024 * 1024

/** So much of an answer the server gathers in its memory; what is more goes through a file of its disk. */
const ANSWER_BUFFER_BYTES = String(32 * MIB)

/** An insert is one block, so that its rows become visible at one instant, and it is on disk when it is answered. */
const insertSettings = {
  async_insert: 0,
  max_insert_block_size: '100000000',
  min_insert_block_size_rows: '100000000',
  min_insert_block_size_bytes: '0',
  max_insert_threads: '1',
  max_threads: 1,
  optimize_on_insert: 0,
} as const

/** The answer is complete before it begins: an error in the middle can't look like fewer rows. */
const completeAnswer = { wait_end_of_query: 1, http_response_buffer_size: ANSWER_BUFFER_BYTES } as const

const ROW_MAX_BYTES = 4096
const SPARE_MIN_BYTES = 4 * MIB
const SPARE_MAX_BYTES = 16 * MIB

/** What this service asks of ClickHouse. A server that is away or overloaded is `unavailable`. */
export class ClickHouse implements AsyncDisposable {
  readonly #client: ClickHouseClient
  #spare: Buffer | undefined

  constructor(shard: Shard) {
    this.#client = createClient({
      url: shard.url,
      username: shard.user,
      password: shard.password,
      database: shard.database,
      application: 'syncline-records',
      request_timeout: REQUEST_TIMEOUT_MS,
      max_open_connections: 32,
      keep_alive: { enabled: true, idle_socket_ttl: 1500 },
      // Compressing what goes over the loopback or a data centre's network costs more than it saves.
      compression: { request: false, response: false },
      log: { level: ClickHouseLogLevel.OFF },
      clickhouse_settings: {
        max_execution_time: STATEMENT_LIMIT_MS / 1000,
        max_query_size: String(64 * MIB),
        max_ast_elements: '10000000',
        max_expanded_ast_elements: '10000000',
      },
    })
  }

  /** Runs a SELECT and decodes its rows by what `row` reads of each, column by column. */
  async select<T>(query: Sql, row: (reader: RowReader) => T): Promise<T[]> {
    const answer = await this.#ask(async () => {
      const { stream } = await this.#client.exec({
        query: `${query.text} FORMAT RowBinary`,
        clickhouse_settings: completeAnswer,
      })
      // `buffer` of node:stream/consumers makes a Blob of them first.
      return Buffer.concat(await stream.toArray())
    })
    const reader = new RowReader(answer)
    const rows: T[] = []
    while (!reader.done) rows.push(row(reader))
    return rows
  }

  /** The same for an answer that is too large to hold, of rows of less than ROW_MAX_BYTES: one by one, as they come. */
  async each(query: Sql, row: (reader: RowReader) => void): Promise<void> {
    await this.#ask(async () => {
      const { stream } = await this.#client.exec({
        query: `${query.text} FORMAT RowBinary`,
        clickhouse_settings: completeAnswer,
      })
      let rest: Buffer = Buffer.alloc(0)
      for await (const chunk of stream) {
        const reader = new RowReader(Buffer.concat([rest, chunk]))
        while (reader.left >= ROW_MAX_BYTES) row(reader)
        rest = reader.rest()
      }
      const reader = new RowReader(rest)
      while (reader.left > 0) row(reader)
    })
  }

  /** Inserts rows in RowBinary. With the token of an insert that has happened already it does nothing. */
  async insert(into: Sql, rows: Buffer, token: string): Promise<void> {
    await this.#insert(into, rows, { ...insertSettings, insert_deduplication_token: token })
  }

  /**
   * The same for commits, whose rows are megabytes and follow each other: they are built in memory that is used again.
   * If the insert fails it is not, as it may still be on its way.
   */
  async insertBuilt(
    into: Sql,
    sizeBytes: number,
    build: (writer: RowWriter) => void,
    token: string,
  ): Promise<void> {
    const spare = this.#spare
    this.#spare = undefined
    const memory =
      spare && spare.length >= sizeBytes ? spare : Buffer.allocUnsafe(Math.max(sizeBytes, SPARE_MIN_BYTES))
    const writer = new RowWriter(memory)
    build(writer)
    await this.insert(into, writer.finish(), token)
    if (memory.length <= SPARE_MAX_BYTES) this.#spare = memory
  }

  /** For small inserts from many places: the server gathers them for a moment, and answers when all are on disk. */
  async insertGathered(into: Sql, rows: Buffer): Promise<void> {
    await this.#insert(into, rows, { async_insert: 1, wait_for_async_insert: 1 })
  }

  /** Runs `INSERT … SELECT` in one thread, so that the order of its rows is kept. */
  async insertSelect(statement: Sql): Promise<void> {
    const settings = { ...insertSettings, insert_deduplicate: 0 } as const
    await this.#ask(() => this.#client.command({ query: statement.text, clickhouse_settings: settings }))
  }

  async run(statement: Sql): Promise<void> {
    await this.#ask(() => this.#client.command({ query: statement.text }))
  }

  /** Fails if it does not answer. */
  async ping(): Promise<void> {
    const abort_signal = AbortSignal.timeout(PING_TIMEOUT_MS)
    await this.#ask(() => this.#client.command({ query: 'SELECT 1', abort_signal }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close()
  }

  async #insert(into: Sql, rows: Buffer, settings: ClickHouseSettings): Promise<void> {
    await this.#ask(async () => {
      const { stream } = await this.#client.exec({
        query: `INSERT INTO ${into.text} FORMAT RowBinary`,
        values: Readable.from([rows], { objectMode: false }),
        clickhouse_settings: settings,
      })
      await drained(stream)
    })
  }

  async #ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (error instanceof ClickHouseError && !passing.has(error.code)) throw error
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
      throw new AppError('unavailable', `${trouble(error)}: ${reason.slice(0, 300)}`, { cause: error })
    }
  }
}

/** Whether a statement that failed is over: the server has said so, or never got it. If not, it may still be running. */
export function isOver(error: unknown): boolean {
  const reason = error instanceof AppError ? error.cause : error
  return (
    reason instanceof ClickHouseError ||
    (reason instanceof Error && 'code' in reason && reason.code === 'ECONNREFUSED')
  )
}

function trouble(error: unknown): string {
  if (!(error instanceof ClickHouseError)) return 'ClickHouse does not answer'
  return fullDisk.has(error.code) ? "ClickHouse's disk is full" : 'ClickHouse refuses at the moment'
}

/** Codes of ClickHouse: it reserves room before it writes, and may find none when it writes. */
const fullDisk = new Set(['243', '75'])

/** States that pass: time and memory limits, a full disk, too many parts, shutdown, no quorum. */
const passing = new Set([
  ...['159', '202', '209', '210', '236', '241', '242', '252', '319', '394', '999'],
  ...fullDisk,
])

async function drained(stream: Readable): Promise<void> {
  stream.resume()
  if (!stream.readableEnded) await once(stream, 'end')
}
