import type { Bus } from '@syncline/bus'
import { Bucket } from './bucket.ts'
import { Bundles } from './bundles.ts'
import { checkCatalogSchema } from './catalog-schema.ts'
import { Collection } from './collection.ts'
import { compareRegularly } from './comparison.ts'
import { Deployment, Deployments } from './deployments.ts'
import {
  Action,
  ApiKey,
  Connection,
  Environment,
  Integration,
  KeyringCheck,
  Provider,
  Sync,
  User,
  Variable,
} from './entities.ts'
import { type CatalogChange, Follower } from './follower.ts'
import { Garbage } from './garbage.ts'
import { type Progress, waitUntilLoaded } from './wait-until-loaded.ts'

const STALL_MS = 10_000

/**
 * The configuration of all environments: API keys, variables, providers, integrations, connections, deployed syncs
 * and actions. Identities: environment (name), API key (id), user (environment, name), variable (environment, name), provider (environment, name), integration (environment, key),
 * connection (environment, integration, id), sync and action (environment, integration, name).
 */
export interface Catalog extends AsyncDisposable {
  environments: Collection<Environment>
  apiKeys: Collection<ApiKey>
  users: Collection<User>
  keyringChecks: Collection<KeyringCheck>
  variables: Collection<Variable>
  providers: Collection<Provider>
  integrations: Collection<Integration>
  connections: Collection<Connection>
  syncs: Collection<Sync>
  actions: Collection<Action>
  /** The last deployment of each environment, by its name. */
  lastDeployments: Collection<Deployment>
  deployments: Deployments
  bundles: Bundles
  garbage: Garbage
  /** Calls `listener` for each change from now on, whoever made it. */
  onChange(listener: (change: CatalogChange) => void): void
  /** Makes the copy in memory as the bucket is now; listeners are told what had been missed. Reads the keys of all entities. */
  compare(): Promise<void>
}

interface Options {
  /** Loading fails after this time without a new entry. */
  stallMs?: number
  /** Called every two seconds while the catalog loads. */
  onProgress?: (progress: Progress) => void
}

/**
 * Opens the catalog; its copy in memory is complete when this returns. `onError` is called for entries that don't parse, and
 * for comparisons that fail.
 */
export async function openCatalog(
  bus: Bus,
  onError: (error: unknown) => void,
  { stallMs = STALL_MS, onProgress = () => {} }: Options = {},
): Promise<Catalog> {
  await using open = new AsyncDisposableStack()
  const bucket = await Bucket.open(bus, `${bus.prefix}_catalog`)
  await checkCatalogSchema(bucket.kv)
  const bundles = await Bundles.open(bus, `${bus.prefix}_bundles`)
  const collections = collectionsOf(bucket)
  // A collection of one kind only ever gets entries of that kind: the key's first part decides.
  const follower = open.use(
    new Follower(bucket, Object.values(collections) as Collection<unknown>[], onError),
  )
  await follower.start()
  await waitUntilLoaded(follower, stallMs, onProgress)
  open.use(compareRegularly(bus, follower, onError))

  const deployments = new Deployments(bucket.kv, bundles, follower)
  const owned = open.move()
  return {
    ...collections,
    deployments,
    bundles,
    garbage: new Garbage(bucket, bundles, deployments),
    onChange: (listener) => follower.onChange(listener),
    compare: () => follower.compare(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function collectionsOf({ kv }: Bucket) {
  return {
    environments: new Collection(kv, 'environment', Environment, 'unknown_environment'),
    apiKeys: new Collection(kv, 'key', ApiKey, 'unknown_api_key'),
    users: new Collection(kv, 'user', User, 'not_found'),
    keyringChecks: new Collection(kv, 'keyring', KeyringCheck, 'not_found'),
    variables: new Collection(kv, 'variable', Variable, 'not_found'),
    providers: new Collection(kv, 'provider', Provider, 'unknown_provider'),
    integrations: new Collection(kv, 'integration', Integration, 'unknown_integration'),
    connections: new Collection(kv, 'connection', Connection, 'unknown_connection'),
    syncs: new Collection(kv, 'sync', Sync, 'unknown_sync'),
    actions: new Collection(kv, 'action', Action, 'unknown_action'),
    lastDeployments: new Collection(kv, 'deployment', Deployment, 'not_found'),
  }
}
