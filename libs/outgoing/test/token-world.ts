import { connectBus } from '@syncline/bus'
import {
  type AppCredentials,
  type AuthScheme,
  type Catalog,
  type Connection,
  type Credentials,
  type Integration,
  Keyring,
  openCatalog,
  sealApp,
  sealCredentials,
} from '@syncline/catalog'
import { connectRedis, type Redis } from '@syncline/redis'
import { createLog } from '@syncline/service'
import { createTokenEvents, Egress, Tokens } from '../src/index.ts'

const CREATED_AT = '2026-01-01T00:00:00.000Z'

export interface TokenWorldConfig {
  natsUrl: string
  redisUrl: string
  prefix: string
  keyring: string
}

/** What one runner has. */
export interface TokenWorld extends AsyncDisposable {
  catalog: Catalog
  redis: Redis
  tokens: Tokens
  keyring: Keyring
  egress: Egress
  /** Lines that it has logged. */
  log: string[]
  /** Makes an integration with one connection. */
  connect(given: {
    auth: AuthScheme
    credentials: Credentials
    app?: AppCredentials
    connectionConfig?: Record<string, unknown>
    integration?: Partial<Integration>
  }): Promise<Place>
  /** New credentials, as POST /connections puts them. */
  reauthorize(at: Place, credentials: Credentials): Promise<void>
  connection(at: Place): Promise<Connection>
}

export interface Place {
  environment: string
  integration: string
  connection: string
}

let count = 0

export async function openTokenWorld(config: TokenWorldConfig): Promise<TokenWorld> {
  await using open = new AsyncDisposableStack()
  const { natsUrl: url, prefix } = config
  const bus = open.use(await connectBus({ url, prefix, replicas: 1 }, 'test'))
  const catalog = open.use(await openCatalog(bus, (error) => console.error(error)))
  const redis = open.adopt(connectRedis(config.redisUrl, console.error), (client) => client.disconnect())
  const egress = open.use(new Egress({ allowHosts: ['127.0.0.1'], redirectTo: '' }))
  const keyring = new Keyring(config.keyring)
  const log: string[] = []
  const events = createTokenEvents(createLog('test', 'debug', { write: (line) => void log.push(line) }))
  const tokens = new Tokens({ catalog, keyring, redis, redisPrefix: prefix, egress, events })
  const owned = open.move()
  return {
    catalog,
    redis,
    tokens,
    keyring,
    egress,
    log,
    async connect({ auth, credentials, app, connectionConfig = {}, integration }) {
      const key = `api${++count}`
      const at = { environment: 'dev', integration: key, connection: 'c' }
      await catalog.integrations.create(
        {
          environment: 'dev',
          key,
          provider: 'acme',
          displayName: 'Acme',
          baseUrl: 'http://127.0.0.1:1',
          auth,
          headers: {},
          ...(app && { sealedApp: sealApp(keyring, app, { environment: 'dev', key }) }),
          createdAt: CREATED_AT,
          updatedAt: CREATED_AT,
          ...integration,
        },
        'dev',
        key,
      )
      const place = { environment: 'dev', integration: key, id: 'c' }
      await catalog.connections.create(
        {
          ...place,
          uid: `uid-${key}`,
          sealedCredentials: sealCredentials(keyring, credentials, place),
          metadata: null,
          connectionConfig,
          tags: {},
          createdAt: CREATED_AT,
          updatedAt: CREATED_AT,
        },
        'dev',
        key,
        'c',
      )
      return at
    },
    async reauthorize({ environment, integration, connection: id }, credentials) {
      const place = { environment, integration, id }
      await catalog.connections.update(
        ({ sealedToken: _, needsReauth: __, ...present }) => ({
          ...present,
          sealedCredentials: sealCredentials(keyring, credentials, place),
        }),
        environment,
        integration,
        id,
      )
    },
    connection: (at) => catalog.connections.fresh(at.environment, at.integration, at.connection),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
