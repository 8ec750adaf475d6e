import type { AskedRuns, Why } from '../api-types.ts'
import type { CreateVariantBody, TriggerSyncsBody } from '../endpoints.ts'
import { pages } from '../pages.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import { syncFields, syncsBody, syncText } from '../sync-ref.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { ConnectionRef, MaybeLater, SyncRef, SyncStatusResponse, SyncsRef } from '../types.ts'

export type TriggerSyncs = SyncsRef & NonNullable<TriggerSyncsBody['opts']>
export type VariantRef = CamelCase<CreateVariantBody> & {
  name: string
  variant: string
}

export type SyncStatusConfig = Omit<SyncsRef, 'syncs'> & {
  syncs: '*' | SyncRef[]
  /** Of a page; without it, everything is in one answer. */
  limit?: number | undefined
  cursor?: string | null | undefined
}

/** The syncs of connections: what runs when. */
export class Syncs {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Runs syncs now. The answer names the runs; a sync that runs already has none. With a `command_id` instead, the scheduler does
   * not answer now, and will run them: see `commands.wait`. `reset` forgets the checkpoint first, `emptyCache` also deletes the
   * records.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`.
   *
   * @example
   * const { runs = [] } = await syncline.syncs.trigger({
   *   providerConfigKey: 'github',
   *   syncs: ['issues'],
   *   connectionId: 'user-123',
   * })
   * for (const { id } of runs) console.log(await syncline.runs.wait(id))
   */
  async trigger(
    { reset, emptyCache, ...which }: TriggerSyncs,
    options: CallOptions = {},
  ): Promise<MaybeLater<AskedRuns>> {
    const opts = { ...(reset !== undefined && { reset }), ...(emptyCache !== undefined && { emptyCache }) }
    const body = { ...syncsBody(which), ...(Object.keys(opts).length > 0 && { opts }) }
    return runsOf(await this.#call('POST /sync/trigger', { body }, withRuns(options)))
  }

  /**
   * Resumes the schedules of syncs; those that were paused run at once. With a `command_id`, the scheduler will do it.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`.
   *
   * @example
   * await syncline.syncs.start({ providerConfigKey: 'github', syncs: ['issues'], connectionId: 'user-123' })
   */
  async start(which: SyncsRef, options: CallOptions = {}): Promise<MaybeLater<AskedRuns>> {
    return runsOf(await this.#call('POST /sync/start', { body: syncsBody(which) }, withRuns(options)))
  }

  /**
   * Pauses the schedules of syncs; a run in progress completes. With a `command_id`, the scheduler will do it.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`.
   *
   * @example
   * await syncline.syncs.pause({ providerConfigKey: 'github', syncs: [{ name: 'issues', variant: 'team-a' }] })
   */
  async pause(which: SyncsRef, options?: CallOptions): Promise<{ command_id?: string }> {
    return (await this.#call('POST /sync/pause', { body: syncsBody(which) }, options)) ?? {}
  }

  /**
   * Ends the active runs of syncs at once, and what waits behind them. Their schedules go on at the next slots.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`.
   *
   * @example
   * const { cancelled } = await syncline.syncs.cancel({ providerConfigKey: 'github', syncs: ['issues'] })
   */
  async cancel(which: SyncsRef, options?: CallOptions): Promise<MaybeLater<{ cancelled: number }>> {
    return this.#call('POST /sync/cancel', { body: syncsBody(which) }, options)
  }

  /**
   * State, last run, next run, checkpoint, record counts and freshness of syncs.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `unknown_sync`.
   *
   * @example
   * const { syncs } = await syncline.syncs.status({ providerConfigKey: 'github', syncs: '*' })
   */
  async status(which: SyncStatusConfig, options?: CallOptions): Promise<SyncStatusResponse> {
    const { limit, cursor, ...ref } = which
    const { provider_config_key, connection_id, syncs } = syncsBody({
      ...ref,
      syncs: ref.syncs === '*' ? [] : ref.syncs,
    })
    const names = syncs.map(syncText).join(',') || '*'
    const query = { provider_config_key, connection_id, syncs: names, limit, cursor: cursor ?? undefined }
    return this.#call('GET /sync/status', { query }, options)
  }

  /**
   * The status of each sync, page by page as they are taken: of any number of connections.
   *
   * Fails as `status` does.
   *
   * @example
   * const all = syncline.syncs.iterateStatus({ providerConfigKey: 'github', syncs: '*' })
   * for await (const { name, connection_id, status } of all) console.log(name, connection_id, status)
   */
  iterateStatus(
    config: SyncStatusConfig,
    options?: CallOptions,
  ): AsyncGenerator<SyncStatusResponse['syncs'][number], void, undefined> {
    const limit = config.limit ?? 500
    const read = async (cursor: string | undefined) => {
      const { syncs, next_cursor = null } = await this.status({ ...config, limit, cursor }, options)
      return { syncs, next_cursor }
    }
    return pages(config.cursor, read, ({ syncs }) => syncs)
  }

  /**
   * Why a sync is stale, if it is: exactly one reason, since when, and what happened to its last slots and runs.
   *
   * Fails with `unknown_connection`, `unknown_sync`.
   *
   * @example
   * const { schedule } = await syncline.syncs.why({ providerConfigKey: 'github', connectionId: 'user-123', sync: 'issues' })
   * console.log(schedule.freshness.stale?.message ?? 'it is fresh')
   */
  async why(
    { providerConfigKey, connectionId, sync }: ConnectionRef & { sync: SyncRef },
    options?: CallOptions,
  ): Promise<Why> {
    const { name, variant } = syncFields(sync)
    const place = { provider_config_key: providerConfigKey, connection_id: connectionId }
    return this.#call('GET /why', { query: { ...place, sync_name: name, variant } }, options)
  }

  /**
   * Sets how often a sync runs on one connection; null goes back to its default.
   *
   * Fails with `unknown_connection`, `unknown_sync`, `invalid_frequency`.
   *
   * @example
   * const where = { providerConfigKey: 'github', connectionId: 'user-123', sync: 'issues' }
   * await syncline.syncs.setFrequency({ ...where, frequency: 'every 30 minutes' })
   */
  async setFrequency(
    {
      providerConfigKey,
      connectionId,
      sync,
      frequency,
    }: ConnectionRef & { sync: SyncRef; frequency: string | null },
    options?: CallOptions,
  ): Promise<MaybeLater<{ frequency: string }>> {
    const { name, variant } = syncFields(sync)
    const place = { provider_config_key: providerConfigKey, connection_id: connectionId }
    const body = {
      ...place,
      sync_name: name,
      ...(variant !== undefined && { sync_variant: variant }),
      frequency,
    }
    return this.#call('PUT /sync/update-connection-frequency', { body }, options)
  }

  /**
   * Makes a variant of a sync on one connection, with a schedule and records of its own.
   *
   * Fails with `unknown_connection`, `unknown_sync`, `sync_variant_already_exists`, `invalid_variant`.
   *
   * @example
   * const where = { providerConfigKey: 'github', connectionId: 'user-123' }
   * await syncline.syncs.createVariant({ ...where, name: 'issues', variant: 'repo-frontend' })
   */
  async createVariant(
    { name, variant, ...place }: VariantRef,
    options?: CallOptions,
  ): Promise<MaybeLater<{ id: string; name: string; variant: string }>> {
    const request = { params: { name, variant }, body: snakeCase<CreateVariantBody>(place) }
    return this.#call('POST /sync/:name/variant/:variant', request, options)
  }

  /**
   * Deletes a variant and its records. With a `command_id`, the scheduler will do it.
   *
   * Fails with `unknown_connection`, `unknown_sync`, `invalid_variant`.
   *
   * @example
   * await syncline.syncs.deleteVariant({ ...where, name: 'issues', variant: 'repo-frontend' })
   */
  async deleteVariant(
    { name, variant, ...place }: VariantRef,
    options?: CallOptions,
  ): Promise<{ command_id?: string }> {
    const request = { params: { name, variant }, body: snakeCase<CreateVariantBody>(place) }
    return (await this.#call('DELETE /sync/:name/variant/:variant', request, options)) ?? {}
  }
}

/** Asks for the runs in the answer (RFC 7240): without that it is empty. */
function withRuns(options: CallOptions): CallOptions {
  return { ...options, headers: { prefer: 'return=representation', ...options.headers } }
}

/** A caller who asks for another representation gets no runs. */
function runsOf(answer: MaybeLater<AskedRuns> | undefined): MaybeLater<AskedRuns> {
  return answer ?? { runs: [], has_more: false }
}
