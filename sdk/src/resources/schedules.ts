import type {
  ActOnSchedulesAnswer,
  Capacity,
  CountSchedulesAnswer,
  ListScheduleActivityAnswer,
  ListSchedulesAnswer,
  Schedule,
  SetCheckpointAnswer,
  StaleReason,
} from '../api-types.ts'
import type {
  ActOnSchedulesBody,
  CountSchedulesQuery,
  ListSchedulesQuery,
  SetCheckpointBody,
} from '../endpoints.ts'
import { pages } from '../pages.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import { syncText } from '../sync-ref.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { MaybeLater, Paged, SyncRef } from '../types.ts'

/** Which schedules. */
export type ScheduleFilter = Omit<
  CamelCase<CountSchedulesQuery>,
  'syncs' | 'state' | 'runState' | 'reason' | 'stale' | 'failing'
> & {
  syncs?: SyncRef[] | undefined
  state?: ('started' | 'paused')[] | undefined
  /** Only those with a run that waits, or that a runner has. */
  runState?: ('queued' | 'running')[] | undefined
  /** Only those that are stale for one of these reasons. */
  reason?: StaleReason[] | undefined
  /** Only those that are stale. */
  stale?: boolean | undefined
  /** Only those whose last run failed, whether they are stale for it yet or not. */
  failing?: boolean | undefined
}

export type ListSchedules = Paged<Pick<ListSchedulesQuery, 'sort' | 'order' | 'cursor'>> &
  ScheduleFilter & {
    /** Up to 100; 100 by default. */
    limit?: number | undefined
  }

export type ActOnSchedules = ActOnSchedulesBody
export type SetCheckpoint = CamelCase<SetCheckpointBody>

/** The schedules of syncs, on all connections. */
export class Schedules {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * One page of the schedules of the environment: each with its status, its freshness, and if it is stale, why. Pages are full, but for
   * the last one.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`, `invalid_cursor`, `too_large`.
   *
   * @example
   * const { schedules } = await syncline.schedules.list({ stale: true, reason: ['failing', 'paused'], sort: 'stale_since' })
   */
  async list(config: ListSchedules = {}, options?: CallOptions): Promise<ListSchedulesAnswer> {
    const { sort, order, limit, cursor, ...filter } = config
    const query = { ...filterOf(filter), sort, order, limit, cursor: cursor ?? undefined }
    return this.#call('GET /schedules', { query }, options)
  }

  /**
   * All of them, page by page as they are taken.
   *
   * Fails as `list` does.
   *
   * @example
   * for await (const { name, connection_id } of syncline.schedules.iterate({ stale: true })) console.log(name, connection_id)
   */
  iterate(config: ListSchedules = {}, options?: CallOptions): AsyncGenerator<Schedule, void, undefined> {
    const read = (cursor: string | undefined) => this.list({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ schedules }) => schedules)
  }

  /**
   * How many there are, by state, reason, integration, sync and version: of those that `list` gives with the same filter.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`, `too_large`.
   *
   * @example
   * const { total, stale, reasons } = await syncline.schedules.counts({ tags: { plan: 'pro' } })
   */
  async counts(filter: ScheduleFilter = {}, options?: CallOptions): Promise<CountSchedulesAnswer> {
    return this.#call('GET /schedules/counts', { query: filterOf(filter) }, options)
  }

  /**
   * Does the same with up to 100 schedules. Each has a result of its own; `frequency` belongs to the action of that name. With a
   * `command_id` instead, the scheduler does not answer now, and will do it: see `commands.wait`.
   *
   * Fails with `invalid_frequency`.
   *
   * @example
   * const { schedules } = await syncline.schedules.list({ reason: ['failing'] })
   * const ids = schedules.flatMap(({ id }) => id ?? [])
   * const { results = [] } = await syncline.schedules.act({ action: 'trigger', ids })
   * for (const result of results) if ('error' in result) console.log(result.id, result.error.message)
   */
  async act(action: ActOnSchedules, options?: CallOptions): Promise<MaybeLater<ActOnSchedulesAnswer>> {
    return this.#call('POST /schedules/actions', { body: action }, options)
  }

  /**
   * Sets the checkpoint that the next run goes on from, or with null, clears it. With a `command_id`, the scheduler will do it.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`, and with `in_use` while a runner has a run of the schedule.
   *
   * @example
   * const where = { providerConfigKey: 'github', connectionId: 'user-123', syncName: 'issues' }
   * await syncline.schedules.setCheckpoint({ ...where, checkpoint: { since: '2026-01-01T00:00:00Z' } })
   */
  async setCheckpoint(
    { checkpoint, ...place }: SetCheckpoint,
    options?: CallOptions,
  ): Promise<MaybeLater<SetCheckpointAnswer>> {
    const body = { ...snakeCase<Omit<SetCheckpointBody, 'checkpoint'>>(place), checkpoint }
    return this.#call('PUT /schedules/checkpoint', { body }, options)
  }

  /**
   * What schedules did on each of the last days: runs, failures, changes of records. 100 of them at most.
   *
   * Fails with `unavailable` when the record store does not answer.
   *
   * @example
   * const { days, schedules } = await syncline.schedules.activity([schedule.id], { days: 7 })
   */
  async activity(
    ids: string[],
    { days, ...options }: { days?: number | undefined } & CallOptions = {},
  ): Promise<ListScheduleActivityAnswer> {
    return this.#call('GET /schedules/activity', { query: { ids: ids.join(','), days } }, options)
  }

  /**
   * What limits the runs of the environment, what is in flight and waits, and the runners.
   *
   * Fails with `unavailable` when the scheduler does not answer.
   *
   * @example
   * const { environment, runners } = await syncline.schedules.capacity()
   */
  async capacity(options?: CallOptions): Promise<Capacity> {
    return this.#call('GET /capacity', {}, options)
  }
}

function filterOf(filter: ScheduleFilter): CountSchedulesQuery {
  const { providerConfigKey, connectionId, syncs, state, runState, reason, stale, failing, ...query } = filter
  return {
    ...query,
    provider_config_key: providerConfigKey,
    connection_id: connectionId,
    syncs: syncs?.map(syncText).join(',') || undefined,
    state: state?.join(',') || undefined,
    run_state: runState?.join(',') || undefined,
    reason: reason?.join(',') || undefined,
    stale: stale ? 'true' : undefined,
    failing: failing ? 'true' : undefined,
  }
}
