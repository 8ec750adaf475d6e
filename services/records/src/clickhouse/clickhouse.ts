import { AppError } from '@syncline/errors'
import { type Dispatcher, Pool } from 'undici'
import type { Shard } from '../config.ts'
import { ClickHouseError } from './clickhouse-error.ts'
import { RowReader, RowWriter } from './row-binary.ts'
import type { Sql } from './sql.ts'

/** The server ends a statement that runs longer; a little later we stop waiting for its answer. */
const STATEMENT_LIMIT_MS = 20_000
export const REQUEST_TIMEOUT_MS = STATEMENT_LIMIT_MS + 3000
const PING_TIMEOUT_MS = 2000
const CONNECTIONS = 32

const MIB = 1024 * 1024

type Settings = { [name: string]: string | number }

const limits: Settings = {
  max_execution_time: STATEMENT_LIMIT_MS / 1000,
  max_query_size: 64 * MIB,
  max_ast_elements: 10_000_000,
  max_expanded_ast_elements: 10_000_000,
}

/** An insert is one block, so that its rows become visible at one instant, and it is on disk when it is answered. */
const insertSettings: Settings = {
  async_insert: 0,
  max_insert_block_size: 100_000_000,
  min_insert_block_size_rows: 100_000_000,
  min_insert_block_size_bytes: 0,
  max_insert_threads: 1,
  max_threads: 1,
  optimize_on_insert: 0,
}

/**
 * The answer is complete before it begins: an error in the middle can't look like fewer rows. So much of it the server
 * gathers in its memory; what is more goes through a file of its disk.
 */
const completeAnswer: Settings = { wait_end_of_query: 1, http_response_buffer_size: 32 * MIB }

const ROW_MAX_BYTES = 4096
const SPARE_MIN_BYTES = 4 * MIB
const SPARE_MAX_BYTES = 16 * MIB
/** Of the commit whose insert is under way, and of the next one. */
const SPARES = 2

/**
 * What this service asks of ClickHouse, over HTTP (https://clickhouse.com/docs/interfaces/http). A server that is away or
 * overloaded is `unavailable`. Not through ClickHouse's own client: it waits for a timer before each request, which is
 * most of what a small one takes.
 */
export class ClickHouse implements AsyncDisposable {
  readonly #pool: Pool
  readonly #headers: { [name: string]: string }
  readonly #database: string
  readonly #spares: Buffer[] = []

  constructor({ url, user, password, database }: Shard) {
    const at = new URL(url)
    this.#pool = new Pool(at.origin, {
      connections: CONNECTIONS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      bodyTimeout: REQUEST_TIMEOUT_MS,
    })
    this.#headers = {
      'user-agent': 'syncline-records',
      'x-clickhouse-user': decodeURIComponent(at.username) || user,
      'x-clickhouse-key': decodeURIComponent(at.password) || password,
    }
    this.#database = database
  }

  /** Runs a SELECT and decodes its rows by what `row` reads of each, column by column. */
  async select<T>(query: Sql, row: (reader: RowReader) => T): Promise<T[]> {
    const answer = await this.#ask(async () => {
      const body = await this.#post(completeAnswer, `${query.text} FORMAT RowBinary`)
      return Buffer.concat(await body.toArray())
    })
    const reader = new RowReader(answer)
    const rows: T[] = []
    while (!reader.done) rows.push(row(reader))
    return rows
  }

  /** The same for an answer that is too large to hold, of rows of less than ROW_MAX_BYTES: one by one, as they come. */
  async each(query: Sql, row: (reader: RowReader) => void): Promise<void> {
    await this.#ask(async () => {
      const body = await this.#post(completeAnswer, `${query.text} FORMAT RowBinary`)
      let rest: Buffer = Buffer.alloc(0)
      for await (const chunk of body) {
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

  /** For the rows of commits, which are megabytes and follow each other: memory that is used again. */
  rowWriter(sizeBytes: number): RowWriter {
    const spare = this.#spares.pop()
    const fits = spare && spare.length >= sizeBytes
    return new RowWriter(fits ? spare : Buffer.allocUnsafe(Math.max(sizeBytes, SPARE_MIN_BYTES)))
  }

  /** They were inserted, and nobody reads them any more. */
  reuse({ buffer }: Buffer): void {
    if (buffer.byteLength <= SPARE_MAX_BYTES && this.#spares.length < SPARES)
      this.#spares.push(Buffer.from(buffer))
  }

  /** For small inserts from many places: the server gathers them for a moment, and answers when all are on disk. */
  async insertGathered(into: Sql, rows: Buffer): Promise<void> {
    await this.#insert(into, rows, { async_insert: 1, wait_for_async_insert: 1 })
  }

  /** Runs `INSERT … SELECT` in one thread, so that the order of its rows is kept. */
  async insertSelect(statement: Sql): Promise<void> {
    await this.#ask(() => this.#done({ ...insertSettings, insert_deduplicate: 0 }, statement.text))
  }

  async run(statement: Sql): Promise<void> {
    await this.#ask(() => this.#done({}, statement.text))
  }

  /** Fails if it does not answer. */
  async ping(): Promise<void> {
    await this.#ask(() => this.#done({}, 'SELECT 1', AbortSignal.timeout(PING_TIMEOUT_MS)))
  }

  /** What is under way fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy()
  }

  async #insert(into: Sql, rows: Buffer, settings: Settings): Promise<void> {
    const query = `INSERT INTO ${into.text} FORMAT RowBinary`
    await this.#ask(() => this.#done({ ...settings, query }, rows))
  }

  async #done(...request: [settings: Settings, body: string | Buffer, signal?: AbortSignal]): Promise<void> {
    const answer = await this.#post(...request)
    await answer.text()
  }

  async #post(
    settings: Settings,
    body: string | Buffer,
    signal?: AbortSignal,
  ): Promise<Dispatcher.ResponseData['body']> {
    const query = { database: this.#database, ...limits, ...settings }
    const answer = await this.#pool.request({
      method: 'POST',
      path: '/',
      query,
      headers: this.#headers,
      body,
      ...(signal && { signal }),
    })
    if (answer.statusCode === 200) return answer.body
    const text = (await answer.body.text()).trim()
    const code = answer.headers['x-clickhouse-exception-code']
    if (typeof code === 'string') throw new ClickHouseError(code, text)
    throw new Error(`status ${answer.statusCode}: ${text}`) // of a proxy between
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
