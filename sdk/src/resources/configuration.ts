import type {
  ConfiguredConnection,
  GetConfigurationAnswer,
  ListConfiguredConnectionsAnswer,
} from '../api-types.ts'
import { pages } from '../pages.ts'
import type { CallOptions, Transport } from '../transport.ts'

export interface ConfigurationOptions {
  /** With secrets, which needs a key with the scopes `deploy` and `secrets`. */
  secrets?: boolean
}
export interface ListConfiguredConnections extends ConfigurationOptions {
  /** Up to 100; 100 by default. */
  limit?: number | undefined
  cursor?: string | null | undefined
}

/** What an environment is configured with: `syncline export` and `syncline import` are made of it. */
export class Configuration {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Its limits, and what its integrations, deployed providers and variables set, as it was given.
   *
   * @example
   * const { integrations, variables } = await syncline.configuration.get()
   */
  async get(
    { secrets = false }: ConfigurationOptions = {},
    options?: CallOptions,
  ): Promise<GetConfigurationAnswer> {
    return this.#call('GET /configuration', { query: { secrets: String(secrets) } }, options)
  }

  /**
   * One page of its connections, as they were made.
   *
   * Fails with `invalid_cursor`.
   *
   * @example
   * const { connections, next_cursor } = await syncline.configuration.connections({ limit: 50 })
   */
  async connections(
    { secrets = false, limit, cursor }: ListConfiguredConnections = {},
    options?: CallOptions,
  ): Promise<ListConfiguredConnectionsAnswer> {
    const query = { secrets: String(secrets), limit, cursor: cursor ?? undefined }
    return this.#call('GET /configuration/connections', { query }, options)
  }

  /**
   * All of its connections, page by page as they are taken.
   *
   * Fails as `connections` does.
   *
   * @example
   * for await (const { connection_id } of syncline.configuration.iterateConnections()) console.log(connection_id)
   */
  iterateConnections(
    config: ListConfiguredConnections = {},
    options?: CallOptions,
  ): AsyncGenerator<ConfiguredConnection, void, undefined> {
    const read = (cursor: string | undefined) => this.connections({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ connections }) => connections)
  }
}
