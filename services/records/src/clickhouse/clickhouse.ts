import { timeLimit } from '@syncline/async'
import { AppError } from '@syncline/errors'
import type { Dispatcher } from 'undici'
import type { ShardServer } from '../config.ts'
import { ClickHouseError } from './clickhouse-error.ts'
import { NotSentError, RequestPool } from './request-pool.ts'
import { RowReader, RowWriter } from './row-binary.ts'
import type { Sql } from './sql.ts'

/** From a call to its end: waiting for a connection, the statement, the answer. */
export const REQUEST_TIMEOUT_MS = 23_000
/** The server ends a statement so long before we stop waiting for its answer. */
const ANSWER_MS = 3000
const PING_TIMEOUT_MS = 2000
/** The longest timer there is: 24 days. */
const UNBOUNDED_MS = 2 ** 31 - 1

/** Requests at a time. Reads, and what jobs write, never keep the insert of a commit waiting. */
export const READS = 16
const COMMITS = 4
const WRITES = 8
/** They wait for the server to gather more of them, and cost it little meanwhile. */
const GATHERED = 32
const PINGS = 2

const MIB = 1024 * 1024

type Settings = { [name: string]: string | number }

const limits: Settings = {
  max_query_size: 64 * MIB,
  max_ast_elements: 10_000_000,
  max_expanded_ast_elements: 10_000_000,
}

/** An insert is one block, so that its rows become visible at one instant. */
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
 * gathers in its memory; what is more goes through a file of its disk. The server cancels a read-only statement (readonly 2:
 * settings may still be given) whose caller has closed the connection.
 */
const readSettings: Settings = {
  wait_end_of_query: 1,
  http_response_buffer_size: 32 * MIB,
  readonly: 2,
  cancel_http_readonly_queries_on_client_close: 1,
}

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
  readonly #reads: RequestPool
  readonly #commits: RequestPool
  readonly #writes: RequestPool
  readonly #gathered: RequestPool
  readonly #pings: RequestPool
  readonly #timeoutMs: number
  readonly #headers: { [name: string]: string }
  readonly #database: string
  readonly #spares: Buffer[] = []

  constructor({ url, user, password, database }: ShardServer, timeoutMs = REQUEST_TIMEOUT_MS) {
    const at = new URL(url)
    this.#reads = new RequestPool(at.origin, READS)
    this.#commits = new RequestPool(at.origin, COMMITS)
    this.#writes = new RequestPool(at.origin, WRITES)
    this.#gathered = new RequestPool(at.origin, GATHERED)
    this.#pings = new RequestPool(at.origin, PINGS)
    this.#timeoutMs = timeoutMs
    this.#headers = {
      'user-agent': 'syncline-records',
      'x-clickhouse-user': decodeURIComponent(at.username) || user,
      'x-clickhouse-key': decodeURIComponent(at.password) || password,
    }
    this.#database = database
  }

  /**
   * Runs a SELECT and decodes its rows by what `row` reads of each, column by column. When `signal` aborts, the call
   * rejects with its reason: a SELECT that waits is never sent, and one that runs is cancelled on the server.
   */
  async select<T>(query: Sql, row: (reader: RowReader) => T, signal?: AbortSignal): Promise<T[]> {
    const body = `${query.text} FORMAT RowBinary`
    const answer = await this.#ask(this.#reads, readSettings, body, { signal }, async (body) =>
      Buffer.concat(await body.toArray()),
    )
    const reader = new RowReader(answer)
    const rows: T[] = []
    while (!reader.done) rows.push(row(reader))
    return rows
  }

  /** The rows as they come, in RowBinary, for an insert into the same columns elsewhere. */
  async selectRows(query: Sql): Promise<Buffer> {
    const body = `${query.text} FORMAT RowBinary`
    return this.#ask(this.#reads, readSettings, body, {}, async (body) => Buffer.concat(await body.toArray()))
  }

  /** The same for an answer that is too large to hold, of rows of less than ROW_MAX_BYTES: one by one, as they come. */
  async each(query: Sql, row: (reader: RowReader) => void, signal?: AbortSignal): Promise<void> {
    const body = `${query.text} FORMAT RowBinary`
    await this.#ask(this.#reads, readSettings, body, { signal }, async (body) => {
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

  /**
   * Inserts the rows of a commit, in RowBinary. With the token of an insert that has happened already it does nothing.
   * After `notAfterMs` (Unix time) a table with the constraint `in_time` (record_log) refuses it, by the server's clock, when
   * it has all rows: a request that a proxy or a stopped process has delayed does not happen under a lease that has run out.
   */
  async insert(into: Sql, rows: Buffer, token: string, notAfterMs?: number): Promise<void> {
    const settings = { ...insertSettings, insert_deduplication_token: token }
    if (notAfterMs === undefined) return this.#insert(this.#commits, into, rows, settings)
    const fenced = { ...settings, log_comment: `not after ${notAfterMs}` }
    await this.#insert(this.#commits, into, rows, fenced)
  }

  /** Inserts other rows, in RowBinary. If it fails, they may be there or not. */
  async append(into: Sql, rows: Buffer): Promise<void> {
    await this.#insert(this.#writes, into, rows, { ...insertSettings, insert_deduplicate: 0 })
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

  /** For small inserts from many places: the server gathers them for a moment, and answers when all are written. */
  async insertGathered(into: Sql, rows: Buffer): Promise<void> {
    await this.#insert(this.#gathered, into, rows, { async_insert: 1, wait_for_async_insert: 1 })
  }

  /** Runs `INSERT … SELECT` in one thread, so that the order of its rows is kept. */
  async insertSelect(statement: Sql): Promise<void> {
    await this.#ask(this.#writes, { ...insertSettings, insert_deduplicate: 0 }, statement.text)
  }

  async run(statement: Sql): Promise<void> {
    await this.#ask(this.#writes, {}, statement.text)
  }

  /** For migrations: runs a statement without a limit of time. Fails while the server runs another one of this id. */
  async runUnbounded(statement: Sql, id: string): Promise<void> {
    await this.#ask(this.#writes, { query_id: id }, statement.text, { timeoutMs: UNBOUNDED_MS })
  }

  /** Fails if it does not answer. */
  async ping(): Promise<void> {
    await this.#ask(this.#pings, {}, 'SELECT 1', { timeoutMs: PING_TIMEOUT_MS })
  }

  /** What is under way or waits fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pools = [this.#reads, this.#commits, this.#writes, this.#gathered, this.#pings]
    await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()))
  }

  async #insert(pool: RequestPool, into: Sql, rows: Buffer, settings: Settings): Promise<void> {
    await this.#ask(pool, { ...settings, query: `INSERT INTO ${into.text} FORMAT RowBinary` }, rows)
  }

  async #ask(pool: RequestPool, settings: Settings, body: string | Buffer, limit?: Limit): Promise<void>
  async #ask<T>(
    pool: RequestPool,
    settings: Settings,
    body: string | Buffer,
    limit: Limit,
    read: (answer: Answer) => Promise<T>,
  ): Promise<T>
  async #ask(
    pool: RequestPool,
    settings: Settings,
    body: string | Buffer,
    { signal, timeoutMs = this.#timeoutMs }: Limit = {},
    read: (answer: Answer) => Promise<unknown> = (answer) => answer.text(),
  ): Promise<unknown> {
    const endsAt = performance.now() + timeoutMs
    using limit = timeLimit(timeoutMs, signal)
    try {
      return await pool.run(limit.signal, async (send) => {
        // A process that was stopped for a while may come here before its timer does.
        const leftMs = endsAt - performance.now()
        if (leftMs <= 0) throw new NotSentError('its time was over before it was sent')
        const seconds = Math.max(1, Math.floor((leftMs - ANSWER_MS) / 1000))
        const query = { database: this.#database, ...limits, max_execution_time: seconds, ...settings }
        return read(
          await accepted(await send({ method: 'POST', path: '/', query, headers: this.#headers, body })),
        )
      })
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof ClickHouseError && !passing.has(error.code)) throw error
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
      throw new AppError('unavailable', `${trouble(error)}: ${reason.slice(0, 300)}`, { cause: error })
    }
  }
}

type Answer = Dispatcher.ResponseData['body']
type Limit = { signal?: AbortSignal | undefined; timeoutMs?: number }

async function accepted(answer: Dispatcher.ResponseData): Promise<Answer> {
  if (answer.statusCode === 200) return answer.body
  const text = (await answer.body.text()).trim()
  const code = answer.headers['x-clickhouse-exception-code']
  if (typeof code === 'string') throw new ClickHouseError(code, text)
  throw new Error(`status ${answer.statusCode}: ${text}`) // of a proxy between
}

/**
 * Whether a statement that failed is not running and will not run any more: it was never sent, or the server has refused
 * or ended it. If not, the server may still be at it.
 */
export function isDefinitive(error: unknown): boolean {
  const reason = error instanceof AppError ? error.cause : error
  if (reason instanceof ClickHouseError || reason instanceof NotSentError) return true
  return reason instanceof Error && 'code' in reason && notConnected.has(String(reason.code))
}

/** Codes of Node and undici for a connection that was never made. */
const notConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

function trouble(error: unknown): string {
  if (error instanceof NotSentError) return 'ClickHouse is busy'
  if (!(error instanceof ClickHouseError)) return 'ClickHouse does not answer'
  if (error.code === LEASE_IS_OVER) return 'ClickHouse refuses what comes too late'
  return fullDisk.has(error.code) ? "ClickHouse's disk is full" : 'ClickHouse refuses at the moment'
}

/** Code of throwIf, by which the constraint `in_time` refuses an insert after its time. */
const LEASE_IS_OVER = '395'

/** Codes of ClickHouse: it reserves room before it writes, and may find none when it writes. */
const fullDisk = new Set(['243', '75'])

/** States that pass: time and memory limits, a full disk, too many parts, shutdown, no quorum. */
const passing = new Set([
  ...[LEASE_IS_OVER, '159', '202', '209', '210', '236', '241', '242', '252', '319', '394', '999'],
  ...fullDisk,
])
