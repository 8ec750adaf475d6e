import type { Connection, ConnectionSummary, ListConnectionsAnswer, OnEventOutcome } from '../api-types.ts'
import type { CreateConnectionBody, ListConnectionsQuery, UpdateConnectionBody } from '../endpoints.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { AnyRecord, ConnectionRef } from '../types.ts'

export type CreateConnection = CamelCase<CreateConnectionBody> & {
  /** Store it only if its API accepts the credentials: not with credentials that Syncline gets a token with. */
  verify?: boolean | undefined
}
export type ListConnections = Omit<ListConnectionsQuery, 'integrationId' | 'limit' | 'page'> & {
  integrationId?: string | string[] | undefined
  /** Up to 2000; without it, up to 10 000. */
  limit?: number | undefined
  /** From 0. */
  page?: number | undefined
}
export type UpdateConnection = ConnectionRef & CamelCase<UpdateConnectionBody>
export type SetMetadata = Omit<ConnectionRef, 'connectionId'> & {
  /** One or several. */
  connectionId: string | string[]
  metadata: AnyRecord
}

const PAGE = 500

/** Access of your customers to integrations. */
export class Connections {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Makes a connection, or overwrites the one of the same id. Its syncs start at once.
   *
   * Fails with `unknown_integration`, `invalid_body`, and with `verify` also with `connection_test_failed`.
   *
   * @example
   * await syncline.connections.create({
   *   providerConfigKey: 'github',
   *   connectionId: 'user-123',
   *   credentials: { type: 'API_KEY', apiKey: token },
   *   metadata: { repo: 'acme/shop' },
   * })
   */
  async create({ verify, ...connection }: CreateConnection, options?: CallOptions): Promise<Connection> {
    const body = snakeCase<CreateConnectionBody>(connection)
    return this.#call('POST /connections', { body, ...(verify && { query: { verify: 'true' } }) }, options)
  }

  /**
   * One page of the connections, without their credentials, newest first.
   *
   * Fails with `invalid_query_params`.
   *
   * @example
   * const { connections } = await syncline.connections.list({ integrationId: 'github', tags: { plan: 'pro' } })
   */
  async list(config: ListConnections = {}, options?: CallOptions): Promise<ListConnectionsAnswer> {
    const { integrationId, ...query } = config
    const keys = integrationId === undefined ? undefined : [integrationId].flat().join(',')
    return this.#call('GET /connections', { query: { ...query, integrationId: keys } }, options)
  }

  /**
   * All of them, page by page as they are taken. One that is made or deleted meanwhile may move another to a page that was read
   * already, or not yet.
   *
   * Fails as `list` does.
   *
   * @example
   * for await (const { connection_id } of syncline.connections.iterate()) console.log(connection_id)
   */
  async *iterate(
    config: ListConnections = {},
    options?: CallOptions,
  ): AsyncGenerator<ConnectionSummary, void, undefined> {
    const limit = config.limit ?? PAGE
    for (let page = config.page ?? 0; ; page++) {
      const { connections } = await this.list({ ...config, limit, page }, options)
      yield* connections
      if (connections.length < limit) return
    }
  }

  /**
   * A connection with its credentials, and with a token that works if it has tokens. `forceRefresh` gets a new one in any case;
   * `refreshToken` shows the refresh token too.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `invalid_credentials`.
   *
   * @example
   * const { credentials } = await syncline.connections.get({ providerConfigKey: 'github', connectionId: 'user-123' })
   */
  async get(
    which: ConnectionRef & { refreshToken?: boolean; forceRefresh?: boolean },
    options?: CallOptions,
  ): Promise<Connection> {
    const { providerConfigKey, connectionId, refreshToken = false, forceRefresh = false } = which
    const query = {
      provider_config_key: providerConfigKey,
      refresh_token: String(refreshToken),
      force_refresh: String(forceRefresh),
    }
    return this.#call('GET /connections/:connectionId', { params: { connectionId }, query }, options)
  }

  /**
   * Changes the end user, the tags or the webhook URL of a connection. What is given replaces all that was there.
   *
   * Fails with `unknown_integration`, `unknown_connection`.
   *
   * @example
   * const where = { providerConfigKey: 'github', connectionId: 'user-123' }
   * await syncline.connections.update({ ...where, tags: { plan: 'pro' }, endUser: { id: 'u-1', email: 'ann@acme.example' } })
   */
  async update(
    { providerConfigKey, connectionId, ...changes }: UpdateConnection,
    options?: CallOptions,
  ): Promise<void> {
    const body = snakeCase<UpdateConnectionBody>(changes)
    const query = { provider_config_key: providerConfigKey }
    await this.#call('PATCH /connections/:connectionId', { params: { connectionId }, query, body }, options)
  }

  /**
   * Deletes a connection with its schedules and records. Functions for `pre-connection-deletion` run first; `on_events` says how they
   * ended.
   *
   * Fails with `unknown_integration`, `unknown_connection`.
   *
   * @example
   * await syncline.connections.delete({ providerConfigKey: 'github', connectionId: 'user-123' })
   */
  async delete(
    { providerConfigKey, connectionId }: ConnectionRef,
    options?: CallOptions,
  ): Promise<{ on_events: OnEventOutcome[] }> {
    const query = { provider_config_key: providerConfigKey }
    const { on_events = [] } = await this.#call(
      'DELETE /connections/:connectionId',
      { params: { connectionId }, query },
      options,
    )
    return { on_events }
  }

  /**
   * Replaces the metadata of one or several connections.
   *
   * Fails with `unknown_integration`, `unknown_connection`.
   *
   * @example
   * const where = { providerConfigKey: 'github', connectionId: 'user-123' }
   * await syncline.connections.setMetadata({ ...where, metadata: { repo: 'acme/shop' } })
   */
  async setMetadata(which: SetMetadata, options?: CallOptions): Promise<void> {
    await this.#call('POST /connections/metadata', { body: metadataBody(which) }, options)
  }

  /**
   * Replaces the given keys of the metadata only.
   *
   * Fails with `unknown_integration`, `unknown_connection`.
   *
   * @example
   * await syncline.connections.updateMetadata({ ...where, connectionId: ['user-1', 'user-2'], metadata: { plan: 'pro' } })
   */
  async updateMetadata(which: SetMetadata, options?: CallOptions): Promise<void> {
    await this.#call('PATCH /connections/metadata', { body: metadataBody(which) }, options)
  }
}

function metadataBody({ providerConfigKey, connectionId, metadata }: SetMetadata) {
  return { provider_config_key: providerConfigKey, connection_id: connectionId, metadata }
}
