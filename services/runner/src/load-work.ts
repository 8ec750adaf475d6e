import {
  type Action,
  type AppCredentials,
  type Catalog,
  Connection,
  type Integration,
  type Keyring,
  openApp,
  openCredentials,
  openVariable,
  type Sync,
  type Validation,
} from '@syncline/catalog'
import { type Access, accessTo, type ConnectionPlace } from '@syncline/outgoing'
import { LRUCache } from 'lru-cache'
import type { Attempt } from './attempt.ts'

const CACHE_CHARS = 64 * 1024 * 1024

/** What a run needs, as it was when the run began. */
export interface Work extends Access {
  sync: Sync
  bundle: string
  /** What is done about records that do not fit their model. */
  validate: Validation
}

/** What an action needs. */
export interface ActionWork extends Access {
  action: Action
  bundle: string
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

  /** @param access To the API of the attempt: opening its secrets takes longer than all the rest. */
  async load(attempt: Attempt, access: Promise<Access>): Promise<Work> {
    const { environment, providerConfigKey, sync: name } = attempt
    const sync = await this.catalog.syncs.get(environment, providerConfigKey, name)
    const validate = sync.validate ?? this.catalog.environments.peek(environment)?.validate ?? 'warn'
    return { ...(await access), sync, validate, bundle: await this.#bundles.forceFetch(sync.bundle) }
  }

  async loadAction(place: ConnectionPlace, name: string): Promise<ActionWork> {
    const access = this.access(place)
    access.catch(() => {}) // what is missing first is thrown first
    const action = await this.catalog.actions.get(place.environment, place.integration, name)
    return { ...(await access), action, bundle: await this.#bundles.forceFetch(action.bundle) }
  }

  /** A connection that a gateway has sent, because it is not stored yet. */
  tried(bytes: Uint8Array): NonNullable<ConnectionPlace['tried']> {
    const connection = Connection.parse(JSON.parse(Buffer.from(bytes).toString()))
    return { connection, credentials: openCredentials(this.#keyring, connection) }
  }

  access(place: ConnectionPlace): Promise<Access> {
    return accessTo({ catalog: this.catalog, keyring: this.#keyring }, place)
  }

  variable(environment: string, name: string): string | undefined {
    const found = this.catalog.variables.peek(environment, name)
    return found && openVariable(this.#keyring, found)
  }

  /** Of the integration's own app at the vendor; undefined if it has none. */
  app(integration: Integration): AppCredentials | undefined {
    return integration.sealedApp === undefined ? undefined : openApp(this.#keyring, integration)
  }

  variables(environment: string): { name: string; value: string }[] {
    return this.catalog.variables
      .list(environment)
      .map((variable) => ({ name: variable.name, value: openVariable(this.#keyring, variable) }))
  }
}
