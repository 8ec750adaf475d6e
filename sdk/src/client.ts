import type {
  Cancelled,
  Capacity,
  ClientAnswer,
  ClientRequest,
  Connection,
  ConnectionSummary,
  DeployedSync,
  HeldDeletion,
  Integration,
  ListedRun,
  LogLine,
  Provider,
  ProviderFile,
  RouteAt,
  SyncToDeploy,
  Variable,
  Why,
} from '@syncline/api'
import { createTransport, type Transport } from './transport.ts'
import type {
  AnyRecord,
  HeldDeletionRequestConfig,
  ListConnectionsRequestConfig,
  ListHeldDeletionsRequestConfig,
  ListRecordsRequestConfig,
  ListRunsRequestConfig,
  ListSchedulesRequestConfig,
  MaybeLater,
  NangoRecord,
  PruneRecordsRequestConfig,
  RecordHistoryRequestConfig,
  SyncRef,
  SyncStatusResponse,
  SyncVariant,
} from './types.ts'

const DEFAULT_HOST = 'http://localhost:3003'
const DEFAULT_TIMEOUT_MS = 60_000

type Body<M extends string, U extends string> = NonNullable<ClientRequest<RouteAt<M, U>>['body']>

export type SynclineOptions = (
  | { secretKey: string; apiKey?: undefined }
  | { apiKey: string; secretKey?: undefined }
) & {
  /** URL of the API; `http://localhost:3003` by default. */
  host?: string
  /** How long to wait for an answer; 60 s by default. */
  timeoutMs?: number
}

/**
 * Client of the REST API, for one environment: the one its key belongs to. Every method fails with a
 * `SynclineError`.
 *
 * @example
 * const syncline = new Syncline({ secretKey: process.env.SYNCLINE_KEY, host: 'https://sync.example.com' })
 * const { records } = await syncline.listRecords({
 *   providerConfigKey: 'github',
 *   connectionId: 'user-123',
 *   model: 'GithubIssue',
 * })
 */
export class Syncline {
  readonly #call: Transport

  constructor({ secretKey, apiKey, host, timeoutMs }: SynclineOptions) {
    const key = secretKey ?? apiKey
    if (!key) throw new TypeError('Syncline needs a secretKey: make one with `syncline key create`')
    this.#call = createTransport(host ?? DEFAULT_HOST, key, timeoutMs ?? DEFAULT_TIMEOUT_MS)
  }

  /**
   * One page of a model's records, oldest change first.
   *
   * @example
   * const page = await syncline.listRecords<Issue>({ ...where, model: 'Issue', cursor: lastCursor })
   */
  async listRecords<T extends AnyRecord = AnyRecord>(
    config: ListRecordsRequestConfig,
  ): Promise<{ records: NangoRecord<T>[]; next_cursor: string | null }> {
    const { providerConfigKey, connectionId, modifiedAfter, asOf, cursor, ...query } = config
    const page = await this.#call('GET', '/records', {
      query: { ...query, modified_after: modifiedAfter, as_of: asOf, cursor: cursor ?? undefined },
      headers: connectionHeaders(providerConfigKey, connectionId),
    })
    return pageOf<T>(page)
  }

  /**
   * All records from `cursor` on, page by page as they are consumed.
   *
   * @example
   * for await (const issue of syncline.listAllRecords<Issue>({ ...where, model: 'Issue' })) {
   *   await save(issue)
   * }
   */
  async *listAllRecords<T extends AnyRecord = AnyRecord>(
    config: ListRecordsRequestConfig,
  ): AsyncGenerator<NangoRecord<T>, void> {
    let cursor = config.cursor ?? null
    do {
      const page = await this.listRecords<T>({ ...config, cursor })
      yield* page.records
      cursor = page.next_cursor
    } while (cursor !== null)
  }

  /**
   * The versions of one record, newest first, as far back as history is kept.
   *
   * @example
   * const { records } = await syncline.getRecordHistory({ ...where, model: 'Issue', id: '4711' })
   */
  async getRecordHistory<T extends AnyRecord = AnyRecord>(
    config: RecordHistoryRequestConfig,
  ): Promise<{ records: NangoRecord<T>[]; next_cursor: string | null }> {
    const { providerConfigKey, connectionId, id, cursor, ...query } = config
    const page = await this.#call('GET', '/records/:id/history', {
      params: { id },
      query: { ...query, cursor: cursor ?? undefined },
      headers: connectionHeaders(providerConfigKey, connectionId),
    })
    return pageOf<T>(page)
  }

  /**
   * Empties the payloads of records up to and including a cursor. Their metadata stays.
   *
   * @example
   * await syncline.pruneRecords({ ...where, model: 'Issue', untilCursor: last._nango_metadata.cursor })
   */
  async pruneRecords(config: PruneRecordsRequestConfig): Promise<{ count: number; has_more: boolean }> {
    const { providerConfigKey, connectionId, untilCursor, ...body } = config
    return this.#call('PATCH', '/records/prune', {
      body: { ...body, until_cursor: untilCursor },
      headers: connectionHeaders(providerConfigKey, connectionId),
    })
  }

  /**
   * Records that a sync did not save again and that were not deleted: because they are most of a stream, or because the pass
   * of the sync was not complete. The last such deletion of each stream, of the whole environment or of a part of it.
   *
   * @example
   * const { deletions } = await syncline.listHeldDeletions({ providerConfigKey: 'github' })
   */
  async listHeldDeletions(
    config: ListHeldDeletionsRequestConfig = {},
  ): Promise<{ deletions: HeldDeletion[]; next_cursor: string | null }> {
    const { providerConfigKey, connectionId, cursor, limit } = config
    return this.#call('GET', '/records/held-deletions', {
      query: {
        provider_config_key: providerConfigKey,
        connection_id: connectionId,
        cursor: cursor ?? undefined,
        limit,
      },
    })
  }

  /**
   * Lets the next complete pass of a sync delete most of a stream, once: the records are really gone from the source.
   *
   * @example
   * await syncline.releaseHeldDeletion({ ...where, model: 'Issue' })
   */
  async releaseHeldDeletion(config: HeldDeletionRequestConfig): Promise<HeldDeletion> {
    const { providerConfigKey, connectionId, ...body } = config
    return this.#call('POST', '/records/held-deletions/release', {
      body: { ...body, provider_config_key: providerConfigKey, connection_id: connectionId },
    })
  }

  /**
   * Runs syncs now. Without names, all; without a connection, on every connection of the integration.
   *
   * @example
   * await syncline.triggerSync('github', ['issues'], 'user-123', { reset: true })
   */
  async triggerSync(
    providerConfigKey: string,
    syncs: SyncRef[] = [],
    connectionId?: string,
    opts?: { reset?: boolean; emptyCache?: boolean },
  ): Promise<void> {
    const body = { provider_config_key: providerConfigKey, syncs, connection_id: connectionId, opts }
    await this.#call('POST', '/sync/trigger', { body })
  }

  /**
   * Resumes the schedules of syncs; those that were paused run at once.
   *
   * @example
   * await syncline.startSync('github', ['issues'], 'user-123')
   */
  async startSync(providerConfigKey: string, syncs: SyncRef[], connectionId?: string): Promise<void> {
    const body = { provider_config_key: providerConfigKey, syncs, connection_id: connectionId }
    await this.#call('POST', '/sync/start', { body })
  }

  /**
   * Pauses the schedules of syncs. A run in progress completes.
   *
   * @example
   * await syncline.pauseSync('github', [{ name: 'issues', variant: 'team-a' }], 'user-123')
   */
  async pauseSync(providerConfigKey: string, syncs: SyncRef[], connectionId?: string): Promise<void> {
    const body = { provider_config_key: providerConfigKey, syncs, connection_id: connectionId }
    await this.#call('POST', '/sync/pause', { body })
  }

  /**
   * Ends the active runs of syncs at once, and what waits behind them. Their schedules go on at the next slots.
   *
   * @example
   * const { cancelled } = await syncline.cancelSync('github', ['issues'], 'user-123')
   */
  async cancelSync(
    providerConfigKey: string,
    syncs: SyncRef[],
    connectionId?: string,
  ): Promise<MaybeLater<Cancelled>> {
    const body = { provider_config_key: providerConfigKey, syncs, connection_id: connectionId }
    return this.#call('POST', '/sync/cancel', { body })
  }

  /**
   * State, last run, next run, checkpoint, record counts and freshness of syncs.
   *
   * @example
   * const { syncs } = await syncline.syncStatus('github', '*', 'user-123')
   */
  async syncStatus(
    providerConfigKey: string,
    syncs: '*' | SyncRef[],
    connectionId?: string,
  ): Promise<SyncStatusResponse> {
    const names = syncs === '*' ? '*' : syncs.map(nameOf).join(',')
    return this.#call('GET', '/sync/status', {
      query: { provider_config_key: providerConfigKey, syncs: names, connection_id: connectionId },
    })
  }

  /**
   * Sets how often a sync runs on one connection; null goes back to its default.
   *
   * @example
   * await syncline.updateSyncConnectionFrequency('github', 'issues', 'user-123', 'every 30 minutes')
   */
  async updateSyncConnectionFrequency(
    providerConfigKey: string,
    sync: SyncRef,
    connectionId: string,
    frequency: string | null,
  ): Promise<MaybeLater<{ frequency: string }>> {
    const { name, variant } = typeof sync === 'string' ? { name: sync, variant: undefined } : sync
    return this.#call('PUT', '/sync/update-connection-frequency', {
      body: {
        provider_config_key: providerConfigKey,
        connection_id: connectionId,
        sync_name: name,
        sync_variant: variant,
        frequency,
      },
    })
  }

  /**
   * Makes a variant of a sync on one connection, with a schedule and records of its own.
   *
   * @example
   * await syncline.createSyncVariant({
   *   provider_config_key: 'github',
   *   connection_id: 'user-123',
   *   name: 'issues',
   *   variant: 'repo-frontend',
   * })
   */
  async createSyncVariant(
    variant: SyncVariant,
  ): Promise<MaybeLater<{ id: string; name: string; variant: string }>> {
    return this.#call('POST', '/sync/:name/variant/:variant', variantRequest(variant))
  }

  /**
   * Deletes a variant and its records.
   *
   * @example
   * await syncline.deleteSyncVariant(variant)
   */
  async deleteSyncVariant(variant: SyncVariant): Promise<void> {
    await this.#call('DELETE', '/sync/:name/variant/:variant', variantRequest(variant))
  }

  /**
   * The environment's variables, which sync functions can read.
   *
   * @example
   * const variables = await syncline.getEnvironmentVariables()
   */
  async getEnvironmentVariables(): Promise<Variable[]> {
    return this.#call('GET', '/environment-variables')
  }

  /** @example await syncline.setEnvironmentVariable('REGION', 'eu') */
  async setEnvironmentVariable(name: string, value: string): Promise<void> {
    await this.#call('PUT', '/environment-variables/:name', { params: { name }, body: { value } })
  }

  /** @example await syncline.deleteEnvironmentVariable('REGION') */
  async deleteEnvironmentVariable(name: string): Promise<void> {
    await this.#call('DELETE', '/environment-variables/:name', { params: { name } })
  }

  /**
   * Registers an external API.
   *
   * @example
   * await syncline.createIntegration({ unique_key: 'github', provider: 'github' })
   * await syncline.createIntegration({
   *   unique_key: 'crm',
   *   provider: 'crm',
   *   base_url: 'https://api.crm.example',
   *   auth: { type: 'header', name: 'x-api-key' },
   * })
   */
  async createIntegration(integration: Body<'POST', '/integrations'>): Promise<{ data: Integration }> {
    return this.#call('POST', '/integrations', { body: integration })
  }

  /** @example const { configs } = await syncline.listIntegrations() */
  async listIntegrations(): Promise<{ configs: Integration[] }> {
    const { data } = await this.#call('GET', '/integrations')
    return { configs: data }
  }

  /** @example const { data } = await syncline.getIntegration({ uniqueKey: 'github' }, { include: ['credentials'] }) */
  async getIntegration(
    { uniqueKey }: { uniqueKey: string },
    query: { include?: 'credentials'[] } = {},
  ): Promise<{ data: Integration }> {
    return this.#call('GET', '/integrations/:uniqueKey', { params: { uniqueKey }, query })
  }

  /** @example await syncline.updateIntegration({ uniqueKey: 'crm' }, { base_url: 'https://eu.crm.example' }) */
  async updateIntegration(
    { uniqueKey }: { uniqueKey: string },
    settings: Body<'PATCH', '/integrations/:uniqueKey'>,
  ): Promise<{ data: Integration }> {
    return this.#call('PATCH', '/integrations/:uniqueKey', { params: { uniqueKey }, body: settings })
  }

  /**
   * Deletes an integration with its connections and syncs.
   *
   * @example await syncline.deleteIntegration('crm')
   */
  async deleteIntegration(uniqueKey: string): Promise<void> {
    await this.#call('DELETE', '/integrations/:uniqueKey', { params: { uniqueKey } })
  }

  /**
   * Makes a connection, or overwrites it. Its syncs start at once.
   *
   * @example
   * await syncline.createConnection({
   *   provider_config_key: 'github',
   *   connection_id: 'user-123',
   *   credentials: { type: 'API_KEY', apiKey: token },
   *   metadata: { repo: 'acme/shop' },
   * })
   */
  async createConnection(connection: Body<'POST', '/connections'>): Promise<Connection> {
    return this.#call('POST', '/connections', { body: connection })
  }

  /** @example const { connections } = await syncline.listConnections({ integrationId: 'github' }) */
  async listConnections(
    config: ListConnectionsRequestConfig = {},
  ): Promise<{ connections: ConnectionSummary[] }> {
    const { integrationId, ...query } = config
    return this.#call('GET', '/connections', {
      query: { ...query, integrationId: integrationId && [integrationId].flat().join(',') },
    })
  }

  /**
   * A connection with its credentials, and with a token that works if it has tokens. `forceRefresh` gets a new one in any case.
   *
   * @example const { credentials } = await syncline.getConnection('github', 'user-123')
   */
  async getConnection(
    providerConfigKey: string,
    connectionId: string,
    { refreshToken = false, forceRefresh = false }: { refreshToken?: boolean; forceRefresh?: boolean } = {},
  ): Promise<Connection> {
    return this.#call('GET', '/connections/:connectionId', {
      params: { connectionId },
      query: {
        provider_config_key: providerConfigKey,
        refresh_token: String(refreshToken),
        force_refresh: String(forceRefresh),
      },
    })
  }

  /** @example await syncline.deleteConnection('github', 'user-123') */
  async deleteConnection(providerConfigKey: string, connectionId: string): Promise<void> {
    await this.#call('DELETE', '/connections/:connectionId', {
      params: { connectionId },
      query: { provider_config_key: providerConfigKey },
    })
  }

  /** @example const { repo } = await syncline.getMetadata('github', 'user-123') */
  async getMetadata<T = AnyRecord>(providerConfigKey: string, connectionId: string): Promise<T> {
    const { metadata } = await this.getConnection(providerConfigKey, connectionId)
    // The caller names the type of what was set.
    return (metadata ?? {}) as T
  }

  /**
   * Replaces the metadata of one or several connections.
   *
   * @example await syncline.setMetadata('github', 'user-123', { repo: 'acme/shop' })
   */
  async setMetadata(
    providerConfigKey: string,
    connectionId: string | string[],
    metadata: AnyRecord,
  ): Promise<void> {
    const body = { provider_config_key: providerConfigKey, connection_id: connectionId, metadata }
    await this.#call('POST', '/connections/metadata', { body })
  }

  /**
   * Replaces the given keys of the metadata only.
   *
   * @example await syncline.updateMetadata('github', ['user-123', 'user-456'], { plan: 'pro' })
   */
  async updateMetadata(
    providerConfigKey: string,
    connectionId: string | string[],
    metadata: AnyRecord,
  ): Promise<void> {
    const body = { provider_config_key: providerConfigKey, connection_id: connectionId, metadata }
    await this.#call('PATCH', '/connections/metadata', { body })
  }

  /**
   * Stores sync functions and provider files. The CLI's `syncline deploy` makes the bundles.
   *
   * @example const { syncs } = await syncline.deploy([sync])
   */
  async deploy(
    syncs: SyncToDeploy[],
    providers: ProviderFile[] = [],
  ): Promise<ClientAnswer<RouteAt<'POST', '/deployments'>>> {
    return this.#call('POST', '/deployments', { body: { syncs, providers } })
  }

  /**
   * The providers that integrations can refer to: deployed ones, and those that come with Syncline.
   *
   * @example const { data } = await syncline.listProviders()
   */
  async listProviders(): Promise<ClientAnswer<RouteAt<'GET', '/providers'>>> {
    return this.#call('GET', '/providers')
  }

  /** @example const { data } = await syncline.getProvider('github') */
  async getProvider(name: string): Promise<{ data: Provider }> {
    return this.#call('GET', '/providers/:name', { params: { name } })
  }

  /** @example await syncline.deleteProvider('acme') */
  async deleteProvider(name: string): Promise<void> {
    await this.#call('DELETE', '/providers/:name', { params: { name } })
  }

  /**
   * Makes the verify request of a provider file with a connection, or without a file, that of its integration. Nothing is
   * stored.
   *
   * @example
   * const { ok, reason } = await syncline.verifyProvider({ provider_config_key: 'acme', connection_id: 'user-123' })
   */
  async verifyProvider(
    request: Body<'POST', '/providers/verify'>,
  ): Promise<ClientAnswer<RouteAt<'POST', '/providers/verify'>>> {
    return this.#call('POST', '/providers/verify', { body: request })
  }

  /** @example const { syncs } = await syncline.listDeployments() */
  async listDeployments(): Promise<{ syncs: DeployedSync[] }> {
    return this.#call('GET', '/deployments')
  }

  /** @example const { version } = await syncline.getDeployment('github', 'issues') */
  async getDeployment(providerConfigKey: string, sync: string): Promise<DeployedSync> {
    return this.#call('GET', '/deployments/:name', {
      params: { name: sync },
      query: { provider_config_key: providerConfigKey },
    })
  }

  /** @example await syncline.deleteDeployment('github', 'issues') */
  async deleteDeployment(providerConfigKey: string, sync: string): Promise<void> {
    await this.#call('DELETE', '/deployments/:name', {
      params: { name: sync },
      query: { provider_config_key: providerConfigKey },
    })
  }

  /**
   * One page of the schedules of the environment, in the order of integration, connection, sync and variant: each with its
   * status, its freshness, and if it is stale, why. A page may hold fewer than `limit` though there are more.
   *
   * @example
   * const { schedules, next_cursor } = await syncline.listSchedules({ stale: true, reason: ['failing', 'paused'] })
   */
  async listSchedules(
    config: ListSchedulesRequestConfig = {},
  ): Promise<ClientAnswer<RouteAt<'GET', '/schedules'>>> {
    const { providerConfigKey, connectionId, syncs, state, reason, stale, cursor, ...query } = config
    return this.#call('GET', '/schedules', {
      query: {
        ...query,
        provider_config_key: providerConfigKey,
        connection_id: connectionId,
        syncs: syncs?.map(nameOf).join(',') || undefined,
        state: state?.join(',') || undefined,
        reason: reason?.join(',') || undefined,
        stale: stale ? 'true' : undefined,
        cursor: cursor ?? undefined,
      },
    })
  }

  /**
   * Why a sync is stale, if it is: exactly one reason, since when, and what happened to its last slots and runs.
   *
   * @example
   * const { schedule } = await syncline.why('github', 'issues', 'user-123')
   * console.log(schedule.freshness.stale?.message ?? 'it is fresh')
   */
  async why(providerConfigKey: string, sync: SyncRef, connectionId: string): Promise<Why> {
    const { name, variant } = typeof sync === 'string' ? { name: sync, variant: undefined } : sync
    return this.#call('GET', '/why', {
      query: {
        provider_config_key: providerConfigKey,
        connection_id: connectionId,
        sync_name: name,
        variant,
      },
    })
  }

  /**
   * What limits the runs of the environment, what is in flight and waits, and the runners.
   *
   * @example const { environment, runners } = await syncline.getCapacity()
   */
  async getCapacity(): Promise<Capacity> {
    return this.#call('GET', '/capacity')
  }

  /**
   * The last runs of a sync, newest first; or one page of the runs of the whole environment or a part of it, first those that
   * have not ended. A page may hold fewer than `limit` though there are more.
   *
   * @example
   * const { runs } = await syncline.listRuns('github', 'issues', 'user-123')
   * const { runs, next_cursor } = await syncline.listRuns({ state: ['queued'] })
   */
  async listRuns(
    providerConfigKey: string,
    sync: SyncRef,
    connectionId: string,
    options?: { limit?: number; cursor?: string | null },
  ): Promise<RunsPage>
  async listRuns(config?: ListRunsRequestConfig): Promise<RunsPage>
  async listRuns(
    first: string | ListRunsRequestConfig = {},
    sync?: SyncRef,
    connectionId?: string,
    options: { limit?: number; cursor?: string | null } = {},
  ): Promise<RunsPage> {
    const config =
      typeof first === 'string' ? { ...options, providerConfigKey: first, sync, connectionId } : first
    const { name, variant } =
      typeof config.sync === 'object' ? config.sync : { name: config.sync, variant: undefined }
    const { state, outcome } = config as ListRunsRequestConfig // the other form has none
    return this.#call('GET', '/runs', {
      query: {
        provider_config_key: config.providerConfigKey,
        connection_id: config.connectionId,
        sync_name: name,
        variant,
        state: state?.join(',') || undefined,
        outcome: outcome?.join(',') || undefined,
        limit: config.limit,
        cursor: config.cursor ?? undefined,
      },
    })
  }

  /**
   * Ends a run at once, if it has not ended. Its schedule goes on at the next slot.
   *
   * @example const { cancelled } = await syncline.cancelRun(run.id)
   */
  async cancelRun(runId: string): Promise<MaybeLater<Cancelled>> {
    return this.#call('POST', '/runs/:id/cancel', { params: { id: runId } })
  }

  /** @example const { lines } = await syncline.getRunLogs(run.id) */
  async getRunLogs(runId: string, { limit }: { limit?: number } = {}): Promise<{ lines: LogLine[] }> {
    return this.#call('GET', '/runs/:id/logs', { params: { id: runId }, query: { limit } })
  }
}

type RunsPage = { runs: ListedRun[]; next_cursor: string | null }

function connectionHeaders(providerConfigKey: string, connectionId: string) {
  return { 'provider-config-key': providerConfigKey, 'connection-id': connectionId }
}

function nameOf(sync: SyncRef): string {
  return typeof sync === 'string' ? sync : `${sync.name}::${sync.variant}`
}

function variantRequest({ name, variant, ...body }: SyncVariant) {
  return { params: { name, variant }, body }
}

function pageOf<T extends AnyRecord>({ records, next_cursor }: ClientAnswer<RouteAt<'GET', '/records'>>) {
  // The caller names the type of what was saved.
  return { records: records as unknown as NangoRecord<T>[], next_cursor }
}
