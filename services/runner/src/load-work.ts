import { type Catalog, type Keyring, openVariable, type Sync } from '@syncline/catalog'
import { type Access, accessTo } from '@syncline/outgoing'
import { LRUCache } from 'lru-cache'
import { type Attempt, placeOf } from './attempt.ts'

const CACHE_CHARS = 64 * 1024 * 1024

/** What a run needs, as it was when the run began. */
export interface Work extends Access {
  sync: Sync
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
    return { ...(await access), sync, bundle: await this.#bundles.forceFetch(sync.bundle) }
  }

  access(attempt: Attempt): Promise<Access> {
    return accessTo({ catalog: this.catalog, keyring: this.#keyring }, placeOf(attempt))
  }

  variables(environment: string): { name: string; value: string }[] {
    return this.catalog.variables
      .list(environment)
      .map((variable) => ({ name: variable.name, value: openVariable(this.#keyring, variable) }))
  }
}
