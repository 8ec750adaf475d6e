import type {
  CountRecordsAnswer,
  ListRecordsAnswer,
  ListStreamsAnswer,
  PruneRecordsAnswer,
  RecordStream,
} from '../api-types.ts'
import { type CopyOptions, type CopyResult, copyRecords } from '../copy-records.ts'
import type { CountRecordsQuery, GetRecordHistoryQuery, ListStreamsQuery } from '../endpoints.ts'
import { SynclineError } from '../error.ts'
import { pages } from '../pages.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type {
  AnyRecord,
  ConnectionRef,
  ListRecordsRequestConfig,
  NangoRecord,
  Paged,
  PruneRecordsRequestConfig,
  RecordsPage,
} from '../types.ts'

export type RecordHistoryConfig = ConnectionRef &
  Paged<CamelCase<Omit<GetRecordHistoryQuery, 'limit' | 'payload'>>> & {
    id: string
    /** Without it each version has its id and its metadata. */
    payload?: boolean | undefined
    /** Up to 500; 100 by default. */
    limit?: number
  }

export type RecordRef = ConnectionRef & { model: string; variant?: string | undefined; id: string }
export type CountRecords = CamelCase<CountRecordsQuery>
export type ListStreams = Paged<Omit<CamelCase<ListStreamsQuery>, 'limit'>> & {
  /** Up to 500; 100 by default. */
  limit?: number | undefined
}

/**
 * Ids that are no segment of a path: URL parsers take the first two for a step in the path, however they are written, and the API
 * has routes of its own at the others.
 */
const notInPath = ['.', '..', 'counts', 'held-deletions', 'prune', 'streams']

/** The records that syncs have saved. */
export class Records {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * One page of a model's records, oldest change first, or newest first with `order: 'newest'`. With `payload: false` each has its
   * id and its metadata, with the run that saved it. Deleted records are among them, with `last_action: 'DELETED'`.
   *
   * Fails with `unknown_connection`, `unknown_model`, `invalid_cursor`.
   *
   * @example
   * const where = { providerConfigKey: 'github', connectionId: 'user-123', model: 'GithubIssue' }
   * const { records, next_cursor } = await syncline.records.list<Issue>({ ...where, limit: 500 })
   */
  async list<T extends AnyRecord = AnyRecord>(
    config: ListRecordsRequestConfig,
    options?: CallOptions,
  ): Promise<RecordsPage<T>> {
    const { providerConfigKey, connectionId, modifiedAfter, asOf, payload, cursor, ...query } = config
    const page = await this.#call(
      'GET /records',
      {
        query: {
          ...query,
          modified_after: modifiedAfter,
          as_of: asOf,
          payload: flag(payload),
          cursor: cursor ?? undefined,
        },
        headers: connectionHeaders(providerConfigKey, connectionId),
      },
      options,
    )
    return pageOf<T>(page)
  }

  /**
   * All records from `cursor` on, page by page as they are taken. `break` ends the reading.
   *
   * Fails as `list` does.
   *
   * @example
   * for await (const issue of syncline.records.iterate<Issue>({ ...where, cursor: lastCursor })) await save(issue)
   */
  iterate<T extends AnyRecord = AnyRecord>(
    config: ListRecordsRequestConfig,
    options?: CallOptions,
  ): AsyncGenerator<NangoRecord<T>, void, undefined> {
    const read = (cursor: string | undefined) => this.list<T>({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ records }) => records)
  }

  /**
   * One record by its id, with its metadata; also one that was deleted.
   *
   * Fails with `unknown_connection`, `unknown_model`, `unknown_record`.
   *
   * @example
   * const issue = await syncline.records.get<Issue>({ ...where, id: '4711' })
   */
  async get<T extends AnyRecord = AnyRecord>(
    config: RecordRef,
    options?: CallOptions,
  ): Promise<NangoRecord<T>> {
    const { providerConfigKey, connectionId, id, ...query } = config
    if (notInPath.includes(id)) {
      const { records } = await this.list<T>(
        { providerConfigKey, connectionId, ...query, ids: [id] },
        options,
      )
      if (records[0] !== undefined) return records[0]
      throw new SynclineError(404, 'unknown_record', `model '${query.model}' has no record '${id}'`)
    }
    const headers = connectionHeaders(providerConfigKey, connectionId)
    const record = await this.#call('GET /records/:id', { params: { id }, query, headers }, options)
    // The caller names the type of what was saved.
    return record as unknown as NangoRecord<T>
  }

  /**
   * How many records of each model there are that are not deleted, and their size: of the environment, of an integration, or of
   * one connection.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `missing_provider_config_key`.
   *
   * @example
   * const { counts } = await syncline.records.counts({ providerConfigKey: 'github' })
   */
  async counts(config: CountRecords = {}, options?: CallOptions): Promise<CountRecordsAnswer> {
    const query = snakeCase<CountRecordsQuery>(config)
    return this.#call('GET /records/counts', { query }, options)
  }

  /**
   * One page of the streams of a connection, of an integration or of the environment: models and variants, with their counts and
   * bytes. A page may hold fewer than `limit` though there are more.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `missing_provider_config_key`, `invalid_cursor`.
   *
   * @example
   * const { streams } = await syncline.records.streams({ providerConfigKey: 'github', connectionId: 'user-123' })
   */
  async streams(config: ListStreams = {}, options?: CallOptions): Promise<ListStreamsAnswer> {
    const { cursor, ...place } = config
    const query = { ...snakeCase<ListStreamsQuery>(place), cursor: cursor ?? undefined }
    return this.#call('GET /records/streams', { query }, options)
  }

  /**
   * All of them, page by page as they are taken.
   *
   * Fails as `streams` does.
   *
   * @example
   * for await (const { model, variant, records } of syncline.records.iterateStreams(where)) console.log(model, variant, records)
   */
  iterateStreams(
    config: ListStreams = {},
    options?: CallOptions,
  ): AsyncGenerator<RecordStream, void, undefined> {
    const read = (cursor: string | undefined) => this.streams({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ streams }) => streams)
  }

  /**
   * One page of the versions of one record, newest first, as far back as history is kept. The metadata of each has the run that saved
   * it.
   *
   * Fails with `unknown_connection`, `unknown_model`, `invalid_cursor`.
   *
   * @example
   * const { records } = await syncline.records.history({ ...where, id: '4711' })
   */
  async history<T extends AnyRecord = AnyRecord>(
    config: RecordHistoryConfig,
    options?: CallOptions,
  ): Promise<RecordsPage<T>> {
    const { providerConfigKey, connectionId, id, payload, cursor, ...query } = config
    const page = await this.#call(
      'GET /records/:id/history',
      {
        params: { id },
        query: { ...query, payload: flag(payload), cursor: cursor ?? undefined },
        headers: connectionHeaders(providerConfigKey, connectionId),
      },
      options,
    )
    return pageOf<T>(page)
  }

  /**
   * All versions of one record, newest first.
   *
   * Fails as `history` does.
   *
   * @example
   * for await (const version of syncline.records.iterateHistory({ ...where, id: '4711' })) console.log(version)
   */
  iterateHistory<T extends AnyRecord = AnyRecord>(
    config: RecordHistoryConfig,
    options?: CallOptions,
  ): AsyncGenerator<NangoRecord<T>, void, undefined> {
    const read = (cursor: string | undefined) => this.history<T>({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ records }) => records)
  }

  /**
   * Empties the payloads of records up to and including a cursor. Their metadata stays. While `has_more`, call it again.
   *
   * Fails with `unknown_connection`, `unknown_model`, `invalid_cursor`.
   *
   * @example
   * const { has_more } = await syncline.records.prune({ ...where, untilCursor: last._nango_metadata.cursor })
   */
  async prune(config: PruneRecordsRequestConfig, options?: CallOptions): Promise<PruneRecordsAnswer> {
    const { providerConfigKey, connectionId, untilCursor, ...body } = config
    const headers = connectionHeaders(providerConfigKey, connectionId)
    return this.#call(
      'PATCH /records/prune',
      { body: { ...body, until_cursor: untilCursor }, headers },
      options,
    )
  }

  /**
   * Keeps a copy of a model up to date: follows the cursor, gives `apply` what has changed, and then has the cursor saved.
   *
   * The cursor is saved after `apply` has resolved. Whoever dies between the two, or before `save` is durable, gets the same
   * batch again: nothing is skipped, so `apply` has to be idempotent (an upsert and a delete by `id` are). With a store that has
   * transactions, save the cursor in the one of the batch, and each batch is applied once.
   *
   * Fails as `list` does after its retries, and with whatever `apply` or the cursor throws. Start it again to go on.
   *
   * @example
   * await syncline.records.copy<Issue>({
   *   ...where,
   *   cursor: { load: () => store.get('cursor'), save: (cursor) => store.set('cursor', cursor) },
   *   apply: async ({ upserts, deletions }) => {
   *     for (const issue of upserts) await table.upsert(issue)
   *     for (const { id } of deletions) await table.delete(id)
   *   },
   *   until: 'caughtUp',
   * })
   */
  async copy<T extends AnyRecord = AnyRecord>(
    config: CopyOptions<T>,
    options: CallOptions = {},
  ): Promise<CopyResult> {
    return copyRecords(config, (page) => this.list<T>(page, options), options.signal)
  }
}

const flag = (value: boolean | undefined) => (value === undefined ? undefined : (`${value}` as const))

function connectionHeaders(providerConfigKey: string, connectionId: string) {
  return { 'provider-config-key': providerConfigKey, 'connection-id': connectionId }
}

function pageOf<T extends AnyRecord>({ records, next_cursor }: ListRecordsAnswer): RecordsPage<T> {
  // The caller names the type of what was saved.
  return { records: records as unknown as NangoRecord<T>[], next_cursor }
}
