import type { GetMeAnswer, Variable } from './api-types.ts'
import { Actions } from './resources/actions.ts'
import { Commands } from './resources/commands.ts'
import { Connections } from './resources/connections.ts'
import { Deployments } from './resources/deployments.ts'
import { Environments } from './resources/environments.ts'
import { HeldDeletions } from './resources/held-deletions.ts'
import { Integrations } from './resources/integrations.ts'
import { Keys } from './resources/keys.ts'
import { Providers } from './resources/providers.ts'
import { Records } from './resources/records.ts'
import { Runs } from './resources/runs.ts'
import { Schedules } from './resources/schedules.ts'
import { Syncs } from './resources/syncs.ts'
import { Variables } from './resources/variables.ts'
import { type CallOptions, createTransport, type Transport } from './transport.ts'
import type {
  AnyRecord,
  ListRecordsRequestConfig,
  MaybeLater,
  PruneRecordsRequestConfig,
  RecordsPage,
  SyncRef,
  SyncStatusResponse,
  SyncVariant,
} from './types.ts'

const DEFAULT_HOST = 'http://localhost:3003'
const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_RETRIES = 3

export type SynclineOptions = (
  | { secretKey: string; apiKey?: undefined }
  | { apiKey: string; secretKey?: undefined }
) & {
  /** URL of the API; `http://localhost:3003` by default. */
  host?: string
  /** How long a call may take, with all its repetitions; 60 s by default. */
  timeoutMs?: number
  /** How often a call is repeated when it fails in a way that passes; 3 by default. */
  retries?: number
  /** Used instead of the global one. */
  fetch?: typeof fetch
}

/**
 * Client of the REST API, for one environment: the one its key belongs to. With the admin key instead, `environments` and `keys`
 * are what it can use.
 *
 * Every method takes `CallOptions` last and fails with a `SynclineError`; what is wrong in itself, such as an empty name, is a
 * `TypeError` and not sent. A call that meets a busy or restarting server is repeated: see `retries`.
 *
 * The flat methods have the signatures of the official client for Nango.
 *
 * @example
 * const syncline = new Syncline({ secretKey: process.env.SYNCLINE_KEY, host: 'https://sync.example.com' })
 * const where = { providerConfigKey: 'github', connectionId: 'user-123', model: 'GithubIssue' }
 * for await (const issue of syncline.records.iterate(where)) console.log(issue)
 */
export class Syncline {
  readonly actions: Actions
  readonly commands: Commands
  readonly connections: Connections
  readonly deployments: Deployments
  readonly environments: Environments
  readonly heldDeletions: HeldDeletions
  readonly integrations: Integrations
  readonly keys: Keys
  readonly providers: Providers
  readonly records: Records
  readonly runs: Runs
  readonly schedules: Schedules
  readonly syncs: Syncs
  readonly variables: Variables
  readonly #call: Transport

  constructor(options: SynclineOptions) {
    const key = options.secretKey ?? options.apiKey
    if (!key) throw new TypeError('Syncline needs a secretKey: make one with `syncline key create`')
    const call = createTransport({
      host: options.host ?? DEFAULT_HOST,
      key,
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      retries: options.retries ?? DEFAULT_RETRIES,
      fetch: options.fetch ?? globalThis.fetch,
    })
    this.#call = call
    this.actions = new Actions(call)
    this.commands = new Commands(call)
    this.connections = new Connections(call)
    this.deployments = new Deployments(call)
    this.environments = new Environments(call)
    this.heldDeletions = new HeldDeletions(call)
    this.integrations = new Integrations(call)
    this.keys = new Keys(call)
    this.providers = new Providers(call)
    this.records = new Records(call)
    this.runs = new Runs(call)
    this.schedules = new Schedules(call)
    this.syncs = new Syncs(call)
    this.variables = new Variables(call)
  }

  /**
   * What the key of this client is: its environment, scopes and expiry. Not of the admin key.
   *
   * @example
   * const { environment, scopes } = await syncline.me()
   */
  async me(options?: CallOptions): Promise<GetMeAnswer> {
    return this.#call('GET /me', {}, options)
  }

  /**
   * See `records.list`.
   *
   * @example
   * const page = await syncline.listRecords<Issue>({ ...where, cursor: lastCursor })
   */
  async listRecords<T extends AnyRecord = AnyRecord>(
    config: ListRecordsRequestConfig,
    options?: CallOptions,
  ): Promise<RecordsPage<T>> {
    return this.records.list<T>(config, options)
  }

  /**
   * See `records.prune`.
   *
   * @example
   * await syncline.pruneRecords({ ...where, untilCursor: last._nango_metadata.cursor })
   */
  async pruneRecords(
    config: PruneRecordsRequestConfig,
    options?: CallOptions,
  ): Promise<{ count: number; has_more: boolean }> {
    return this.records.prune(config, options)
  }

  /**
   * See `syncs.trigger`, whose answer names the runs. Without names, all syncs; without a connection, on every connection of the
   * integration.
   *
   * @example
   * await syncline.triggerSync('github', ['issues'], 'user-123', { reset: true })
   */
  async triggerSync(
    providerConfigKey: string,
    syncs: SyncRef[] = [],
    connectionId?: string,
    opts?: { reset?: boolean; emptyCache?: boolean },
    options?: CallOptions,
  ): Promise<void> {
    await this.syncs.trigger({ ...syncsOf(providerConfigKey, syncs, connectionId), ...opts }, options)
  }

  /**
   * See `syncs.start`.
   *
   * @example
   * await syncline.startSync('github', ['issues'], 'user-123')
   */
  async startSync(
    providerConfigKey: string,
    syncs: SyncRef[],
    connectionId?: string,
    options?: CallOptions,
  ): Promise<void> {
    await this.syncs.start(syncsOf(providerConfigKey, syncs, connectionId), options)
  }

  /**
   * See `syncs.pause`.
   *
   * @example
   * await syncline.pauseSync('github', [{ name: 'issues', variant: 'team-a' }], 'user-123')
   */
  async pauseSync(
    providerConfigKey: string,
    syncs: SyncRef[],
    connectionId?: string,
    options?: CallOptions,
  ): Promise<void> {
    await this.syncs.pause(syncsOf(providerConfigKey, syncs, connectionId), options)
  }

  /**
   * See `syncs.status`.
   *
   * @example
   * const { syncs } = await syncline.syncStatus('github', '*', 'user-123')
   */
  async syncStatus(
    providerConfigKey: string,
    syncs: '*' | SyncRef[],
    connectionId?: string,
    options?: CallOptions,
  ): Promise<SyncStatusResponse> {
    const which = syncsOf(providerConfigKey, syncs === '*' ? [] : syncs, connectionId)
    return this.syncs.status(which, options)
  }

  /**
   * See `syncs.setFrequency`.
   *
   * @example
   * await syncline.updateSyncConnectionFrequency('github', 'issues', 'user-123', 'every 30 minutes')
   */
  async updateSyncConnectionFrequency(
    providerConfigKey: string,
    sync: SyncRef,
    connectionId: string,
    frequency: string | null,
    options?: CallOptions,
  ): Promise<MaybeLater<{ frequency: string }>> {
    return this.syncs.setFrequency({ providerConfigKey, connectionId, sync, frequency }, options)
  }

  /**
   * See `variables.list`.
   *
   * @example
   * const variables = await syncline.getEnvironmentVariables()
   */
  async getEnvironmentVariables(options?: CallOptions): Promise<Variable[]> {
    return this.variables.list(options)
  }

  /**
   * See `syncs.createVariant`.
   *
   * @example
   * const where = { provider_config_key: 'github', connection_id: 'user-123' }
   * await syncline.createSyncVariant({ ...where, name: 'issues', variant: 'repo-frontend' })
   */
  async createSyncVariant(
    variant: SyncVariant,
    options?: CallOptions,
  ): Promise<MaybeLater<{ id: string; name: string; variant: string }>> {
    return this.syncs.createVariant(variantOf(variant), options)
  }

  /**
   * See `syncs.deleteVariant`.
   *
   * @example
   * await syncline.deleteSyncVariant(variant)
   */
  async deleteSyncVariant(variant: SyncVariant, options?: CallOptions): Promise<void> {
    await this.syncs.deleteVariant(variantOf(variant), options)
  }

  /**
   * The metadata of a connection; see `connections.get`.
   *
   * @example
   * const { repo } = await syncline.getMetadata('github', 'user-123')
   */
  async getMetadata<T = AnyRecord>(
    providerConfigKey: string,
    connectionId: string,
    options?: CallOptions,
  ): Promise<T> {
    const { metadata } = await this.connections.get({ providerConfigKey, connectionId }, options)
    // The caller names the type of what was set.
    return (metadata ?? {}) as T
  }

  /**
   * See `connections.setMetadata`.
   *
   * @example
   * await syncline.setMetadata('github', 'user-123', { repo: 'acme/shop' })
   */
  async setMetadata(
    providerConfigKey: string,
    connectionId: string | string[],
    metadata: AnyRecord,
    options?: CallOptions,
  ): Promise<void> {
    await this.connections.setMetadata({ providerConfigKey, connectionId, metadata }, options)
  }

  /**
   * See `connections.updateMetadata`.
   *
   * @example
   * await syncline.updateMetadata('github', ['user-123', 'user-456'], { plan: 'pro' })
   */
  async updateMetadata(
    providerConfigKey: string,
    connectionId: string | string[],
    metadata: AnyRecord,
    options?: CallOptions,
  ): Promise<void> {
    await this.connections.updateMetadata({ providerConfigKey, connectionId, metadata }, options)
  }
}

/** An argument that is not given is absent; null and an empty text are refused. */
function syncsOf(providerConfigKey: string, syncs: SyncRef[], connectionId: string | undefined) {
  return { providerConfigKey, syncs, ...(connectionId !== undefined && { connectionId }) }
}

function variantOf({ provider_config_key, connection_id, name, variant }: SyncVariant) {
  return { providerConfigKey: provider_config_key, connectionId: connection_id, name, variant }
}
