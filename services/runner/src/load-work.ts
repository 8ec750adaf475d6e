import {
  type Catalog,
  type Connection,
  type Credentials,
  type Integration,
  type Keyring,
  openCredentials,
  openVariable,
  type Sync,
} from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { LRUCache } from 'lru-cache'
import type { Attempt } from './attempt.ts'

const CACHE_CHARS = 64 * 1024 * 1024

/** What a run needs, as it was when the run began. */
export interface Work {
  sync: Sync
  integration: Integration
  connection: Connection
  bundle: string
}

export interface Access {
  integration: Integration
  connection: Connection
  credentials: Credentials
}

/** Reads what a run needs from the catalog. What is missing is an AppError that names it. */
export class WorkLoader {
  readonly catalog: Catalog
  readonly #keyring: Keyring
  readonly #bundles: LRUCache<string, string>

  constructor(catalog: Catalog, keyring: Keyring) {
    this.catalog = catalog
    this.#keyring = keyring
    this.#bundles = new LRUCache({
      maxSize: CACHE_CHARS,
      sizeCalculation: (text) => text.length + 1,
      fetchMethod: (hash) => catalog.bundles.get(hash),
    })
  }

  async load(attempt: Attempt): Promise<Work> {
    const { environment, providerConfigKey, sync: name } = attempt
    const sync = await this.catalog.syncs.get(environment, providerConfigKey, name)
    const { connection, integration } = await this.access(attempt)
    const bundle = await this.#bundles.forceFetch(sync.bundle)
    return { sync, integration, connection, bundle }
  }

  /** Integration, connection and credentials as they are now: a token may be renewed while a run goes on. */
  async access({ environment, providerConfigKey, connectionId, connectionUid }: Attempt): Promise<Access> {
    const integration = await this.catalog.integrations.get(environment, providerConfigKey)
    const connection = await this.catalog.connections.get(environment, providerConfigKey, connectionId)
    if (connection.uid !== connectionUid) {
      throw new AppError('unknown_connection', `connection '${connectionId}' was deleted and made anew`)
    }
    return { integration, connection, credentials: openCredentials(this.#keyring, connection) }
  }

  variables(environment: string): { name: string; value: string }[] {
    return this.catalog.variables
      .list(environment)
      .map((variable) => ({ name: variable.name, value: openVariable(this.#keyring, variable) }))
  }
}
