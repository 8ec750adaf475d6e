import type { Variable } from './api-types.ts'
import type { Connections } from './resources/connections.ts'
import type { Records } from './resources/records.ts'
import type { Syncs } from './resources/syncs.ts'
import type { Variables } from './resources/variables.ts'
import type { CallOptions } from './transport.ts'
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

/** The methods of the Syncs API with the signatures of the official client for Nango. Each calls one of a group. */
export abstract class FlatMethods {
  abstract readonly connections: Connections
  abstract readonly records: Records
  abstract readonly syncs: Syncs
  abstract readonly variables: Variables

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
