import type { Capacity, ListSchedulesAnswer, Schedule, StaleReason } from '../api-types.ts'
import type { ListSchedulesQuery } from '../endpoints.ts'
import { pages } from '../pages.ts'
import type { CamelCase } from '../snake-case.ts'
import { syncText } from '../sync-ref.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { Paged, SyncRef } from '../types.ts'

export type ListSchedules = Paged<
  Omit<CamelCase<ListSchedulesQuery>, 'syncs' | 'state' | 'reason' | 'stale' | 'limit'>
> & {
  syncs?: SyncRef[] | undefined
  state?: ('started' | 'paused')[] | undefined
  /** Only those that are stale for one of these reasons. */
  reason?: StaleReason[] | undefined
  /** Only those that are stale. */
  stale?: boolean | undefined
  /** Up to 100; 100 by default. */
  limit?: number | undefined
}

/** The schedules of syncs, on all connections. */
export class Schedules {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * One page of the schedules of the environment, in the order of integration, connection, sync and variant: each with its
   * status, its freshness, and if it is stale, why. A page may hold fewer than `limit` though there are more.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `invalid_cursor`.
   *
   * @example
   * const { schedules } = await syncline.schedules.list({ stale: true, reason: ['failing', 'paused'] })
   */
  async list(config: ListSchedules = {}, options?: CallOptions): Promise<ListSchedulesAnswer> {
    const { providerConfigKey, connectionId, syncs, state, reason, stale, cursor, ...query } = config
    return this.#call(
      'GET /schedules',
      {
        query: {
          ...query,
          provider_config_key: providerConfigKey,
          connection_id: connectionId,
          syncs: syncs?.map(syncText).join(',') || undefined,
          state: state?.join(',') || undefined,
          reason: reason?.join(',') || undefined,
          stale: stale ? 'true' : undefined,
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
   * for await (const { name, connection_id } of syncline.schedules.iterate({ stale: true })) console.log(name, connection_id)
   */
  iterate(config: ListSchedules = {}, options?: CallOptions): AsyncGenerator<Schedule, void, undefined> {
    const read = (cursor: string | undefined) => this.list({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ schedules }) => schedules)
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
