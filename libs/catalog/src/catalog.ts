import { Kvm } from '@nats-io/kv'
import { Objm } from '@nats-io/obj'
import type { Bus } from '@syncline/bus'
import { Bundles } from './bundles.ts'
import { Collection } from './collection.ts'
import { ApiKey, Connection, Environment, Integration, Sync, Variable } from './entities.ts'

const READY_TIMEOUT_MS = 10_000

/** Something in the catalog was made, changed or deleted; `value` is what it is, or was. */
export type CatalogChange =
  | { kind: 'environment'; value: Environment; deleted: boolean }
  | { kind: 'connection'; value: Connection; deleted: boolean }
  | { kind: 'integration'; value: Integration; deleted: boolean }
  | { kind: 'sync'; value: Sync; deleted: boolean }

/**
 * Configuration: who there is, what they connect to, what they deployed. Identities:
 * environment (name), API key (hash), variable (environment, name), integration (environment, key),
 * connection (environment, integration, id), sync (environment, integration, name).
 */
export interface Catalog extends AsyncDisposable {
  environments: Collection<Environment>
  apiKeys: Collection<ApiKey>
  variables: Collection<Variable>
  integrations: Collection<Integration>
  connections: Collection<Connection>
  syncs: Collection<Sync>
  bundles: Bundles
  /** Hears of each change that this process learns of from now on, its own and others'. */
  onChange(listener: (change: CatalogChange) => void): void
}

/** Opens the catalog; its copy in memory is complete when this returns. `onError` hears of entries that don't parse. */
export async function openCatalog(bus: Bus, onError: (error: unknown) => void): Promise<Catalog> {
  const bucket = await new Kvm(bus.jetstream).create(`${bus.prefix}_catalog`, {
    history: 1,
    replicas: bus.replicas,
  })
  const store = await new Objm(bus.jetstream).create(`${bus.prefix}_bundles`, { replicas: bus.replicas })
  const collections = {
    environments: new Collection(bucket, 'environment', Environment, 'unknown_environment'),
    apiKeys: new Collection(bucket, 'key', ApiKey, 'unknown_api_key'),
    variables: new Collection(bucket, 'variable', Variable, 'not_found'),
    integrations: new Collection(bucket, 'integration', Integration, 'unknown_integration'),
    connections: new Collection(bucket, 'connection', Connection, 'unknown_connection'),
    syncs: new Collection(bucket, 'sync', Sync, 'unknown_sync'),
  }
  const byKind = new Map<string, Collection<unknown>>()
  // A collection of one kind only ever gets entries of that kind: the key's first part decides.
  for (const collection of Object.values(collections))
    byKind.set(collection.kind, collection as Collection<unknown>)

  const listeners: ((change: CatalogChange) => void)[] = []
  const watch = await bucket.watch()
  const complete = Promise.withResolvers<void>()
  const following = (async () => {
    const isEmpty = (await bucket.status()).values === 0
    if (isEmpty) complete.resolve()
    for await (const entry of watch) {
      try {
        const kind = entry.key.slice(0, entry.key.indexOf('.'))
        const collection = byKind.get(kind)
        if (collection) {
          const deleted = entry.operation !== 'PUT'
          const value = deleted
            ? collection.remove(entry.key, entry.revision)
            : collection.parse(entry.string())
          if (!deleted) collection.put(entry.key, value, entry.revision)
          // The kind says which entity the value is.
          if (value !== undefined)
            for (const listener of listeners) listener({ kind, value, deleted } as CatalogChange)
        }
      } catch (error) {
        onError(error)
      }
      if (entry.delta === 0) complete.resolve()
    }
  })()
  await withinReadyTime(complete.promise)

  return {
    ...collections,
    bundles: new Bundles(store),
    onChange: (listener) => void listeners.push(listener),
    async [Symbol.asyncDispose]() {
      watch.stop()
      await following
    },
  }
}

async function withinReadyTime(complete: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`the catalog did not load within ${READY_TIMEOUT_MS} ms`)),
    READY_TIMEOUT_MS,
  )
  await Promise.race([complete, late.promise]).finally(() => clearTimeout(timer))
}
