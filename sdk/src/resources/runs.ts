import type {
  GetStatsAnswer,
  ListAttemptsAnswer,
  ListErrorsAnswer,
  ListedRun,
  ListLogsAnswer,
  ListRunChangesAnswer,
  ListRunsAnswer,
  RunChange,
  RunError,
} from '../api-types.ts'
import type { GetStatsQuery, ListErrorsQuery, ListRunsQuery } from '../endpoints.ts'
import { pages } from '../pages.ts'
import { poll, type WaitOptions } from '../poll.ts'
import type { CamelCase } from '../snake-case.ts'
import { syncFields } from '../sync-ref.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { MaybeLater, Paged, SyncRef } from '../types.ts'

export type ListRuns = Paged<
  Omit<CamelCase<ListRunsQuery>, 'syncName' | 'variant' | 'state' | 'outcome' | 'limit'>
> & {
  sync?: SyncRef | undefined
  state?: ListedRun['state'][] | undefined
  /** Of runs that ended. */
  outcome?: ('success' | NonNullable<ListedRun['reason']>)[] | undefined
  /** Up to 100; 20 by default. */
  limit?: number | undefined
}

export type RunChanges = {
  model?: string | undefined
  /** Up to 500; 100 by default. */
  limit?: number | undefined
  cursor?: string | null | undefined
}

export type ListRunErrors = Paged<Omit<CamelCase<ListErrorsQuery>, 'limit'>> & {
  /** Up to 100; 50 by default. */
  limit?: number | undefined
}

export type RunStats = Omit<CamelCase<GetStatsQuery>, 'syncName' | 'variant'> & {
  /** By its name: all of its variants. */
  sync?: SyncRef | undefined
}

/** Runs of syncs. */
export class Runs {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * One page of the runs of the environment or a part of it, first those that have not ended. A page may hold fewer than `limit`
   * though there are more.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`, `invalid_cursor`.
   *
   * @example
   * const { runs, next_cursor } = await syncline.runs.list({ state: ['queued'] })
   */
  async list(config: ListRuns = {}, options?: CallOptions): Promise<ListRunsAnswer> {
    const { providerConfigKey, connectionId, sync, state, outcome, cursor, ...query } = config
    const named = sync === undefined ? undefined : syncFields(sync)
    return this.#call(
      'GET /runs',
      {
        query: {
          ...query,
          provider_config_key: providerConfigKey,
          connection_id: connectionId,
          sync_name: named?.name,
          variant: named?.variant,
          state: state?.join(',') || undefined,
          outcome: outcome?.join(',') || undefined,
          cursor: cursor ?? undefined,
        },
      },
      options,
    )
  }

  /**
   * All of them, page by page as they are taken.
   *
   * Fails as `list` does.
   *
   * @example
   * for await (const run of syncline.runs.iterate({ outcome: ['failed'] })) console.log(run.sync_name, run.error)
   */
  iterate(config: ListRuns = {}, options?: CallOptions): AsyncGenerator<ListedRun, void, undefined> {
    const read = (cursor: string | undefined) => this.list({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ runs }) => runs)
  }

  /**
   * One page of the errors of runs, grouped by integration, sync, outcome and message, the most frequent one first
   * unless `sort` and `order` say otherwise.
   *
   * Fails with `unknown_integration`, `unknown_sync`, `invalid_cursor`, and with `unavailable` when the record store does not answer.
   *
   * @example
   * const { errors } = await syncline.runs.errors({ providerConfigKey: 'github' })
   * const { runs } = await syncline.runs.list({ fingerprint: errors[0].fingerprint })
   */
  async errors(config: ListRunErrors = {}, options?: CallOptions): Promise<ListErrorsAnswer> {
    const { providerConfigKey, syncName, cursor, ...query } = config
    return this.#call(
      'GET /errors',
      {
        query: {
          ...query,
          provider_config_key: providerConfigKey,
          sync_name: syncName,
          cursor: cursor ?? undefined,
        },
      },
      options,
    )
  }

  /**
   * All of them, page by page as they are taken.
   *
   * Fails as `errors` does.
   *
   * @example
   * for await (const { message, count } of syncline.runs.iterateErrors()) console.log(count, message)
   */
  iterateErrors(
    config: ListRunErrors = {},
    options?: CallOptions,
  ): AsyncGenerator<RunError, void, undefined> {
    const read = (cursor: string | undefined) => this.errors({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ errors }) => errors)
  }

  /**
   * How many runs ended over time, what they saved, how long they waited and took.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`, and with `unavailable` when the record store does not
   * answer.
   *
   * @example
   * const { points } = await syncline.runs.stats({ from: '2026-11-01T00:00:00Z', providerConfigKey: 'github' })
   */
  async stats(config: RunStats = {}, options?: CallOptions): Promise<GetStatsAnswer> {
    const { providerConfigKey, connectionId, sync, ...query } = config
    const { name, variant } = typeof sync === 'object' ? sync : { name: sync, variant: undefined }
    return this.#call(
      'GET /stats',
      {
        query: {
          ...query,
          provider_config_key: providerConfigKey,
          connection_id: connectionId,
          sync_name: name,
          variant,
        },
      },
      options,
    )
  }

  /**
   * Ends a run at once, if it has not ended. Its schedule goes on at the next slot.
   *
   * Fails with `unknown_run`.
   *
   * @example
   * const { cancelled } = await syncline.runs.cancel(run.id)
   */
  async cancel(id: string, options?: CallOptions): Promise<MaybeLater<{ cancelled: number }>> {
    return this.#call('POST /runs/:id/cancel', { params: { id } }, options)
  }

  /**
   * A run, also after it has ended, or while it waits for the one before it.
   *
   * Fails with `unknown_run`.
   *
   * @example
   * const { state, error } = await syncline.runs.get(id)
   */
  async get(id: string, options?: CallOptions): Promise<ListedRun> {
    return this.#call('GET /runs/:id', { params: { id } }, options)
  }

  /**
   * Waits until a run has ended, and gives it: `reason` is null if it succeeded.
   *
   * Fails with `unknown_run`, and with `timeout` after `deadlineMs`, an hour by default.
   *
   * @example
   * const { reason, error } = await syncline.runs.wait(id, { deadlineMs: 10 * 60_000 })
   */
  async wait(id: string, options?: WaitOptions): Promise<ListedRun> {
    return poll(
      `run '${id}'`,
      (call) => this.get(id, call),
      ({ state }) => state === 'ended',
      options,
    )
  }

  /**
   * The attempts of a run and what they did: how long their parts took, requests by host and status, writes by model, the checkpoint
   * before and after, and where the function threw.
   *
   * @example
   * const { attempts } = await syncline.runs.attempts(run.id)
   */
  async attempts(id: string, options?: CallOptions): Promise<ListAttemptsAnswer> {
    return this.#call('GET /runs/:id/attempts', { params: { id } }, options)
  }

  /**
   * What a run has logged, oldest first: the newest lines, or with a `cursor`, the first ones after it.
   *
   * Fails with `unknown_run`.
   *
   * @example
   * const { lines } = await syncline.runs.logs(run.id, { limit: 100 })
   */
  async logs(
    id: string,
    { limit, cursor, ...options }: { limit?: number; cursor?: string | null } & CallOptions = {},
  ): Promise<ListLogsAnswer> {
    const query = { limit, cursor: cursor ?? undefined }
    return this.#call('GET /runs/:id/logs', { params: { id }, query }, options)
  }

  /**
   * One page of the records that a run has changed, by model, without their payloads.
   *
   * Fails with `unknown_run`, `unknown_connection`, `unknown_model`, `invalid_cursor`.
   *
   * @example
   * const { changes } = await syncline.runs.changes(run.id, { model: 'GithubIssue' })
   */
  async changes(
    id: string,
    { model, limit, cursor, ...options }: RunChanges & CallOptions = {},
  ): Promise<ListRunChangesAnswer> {
    const query = { model, limit, cursor: cursor ?? undefined }
    return this.#call('GET /runs/:id/changes', { params: { id }, query }, options)
  }

  /**
   * All of them, page by page as they are taken.
   *
   * Fails as `changes` does.
   *
   * @example
   * for await (const { action, model, id } of syncline.runs.iterateChanges(run.id)) console.log(action, model, id)
   */
  iterateChanges(
    id: string,
    config: RunChanges & CallOptions = {},
  ): AsyncGenerator<RunChange, void, undefined> {
    const read = (cursor: string | undefined) => this.changes(id, { ...config, cursor: cursor ?? null })
    return pages(config.cursor, read, ({ changes }) => changes)
  }
}
