import { connectBus } from '@syncline/bus'
import { type Connection, type Integration, Keyring, openCatalog } from '@syncline/catalog'
import type { HttpCall } from '@syncline/functions'
import { connectRedis } from '@syncline/redis'
import { createLog } from '@syncline/service'
import { eventually, namespace, SeededRandom, servers } from '@syncline/testkit'
import { type Caller, type ConnectionPlace, Egress, Outgoing } from '../src/index.ts'

const CREATED_AT = '2026-01-01T00:00:00.000Z'
const SEED = 'outgoing'

export interface Setup {
  integration?: Partial<Integration>
  connection?: Partial<Connection>
  credentials?: object
}

/** Outgoing calls with a catalog, on the servers of the tests. */
export async function createWorld(options: { allowHosts?: string[] } = {}) {
  await using open = new AsyncDisposableStack()
  const prefix = namespace()
  const bus = open.use(await connectBus({ url: servers().nats.url, prefix, replicas: 1 }, 'test'))
  const catalog = open.use(await openCatalog(bus, (error) => console.error(error)))
  const redis = open.adopt(
    connectRedis(servers().redis.url, () => {}),
    (client) => client.disconnect(),
  )
  const egress = open.use(new Egress({ allowHosts: ['127.0.0.1', 'localhost'], redirectTo: '', ...options }))
  const secret = Keyring.generate('test')
  const keyring = new Keyring(secret)
  const random = new SeededRandom(SEED)
  const outgoing = new Outgoing({
    catalog,
    keyring,
    redis,
    redisPrefix: prefix,
    egress,
    log: createLog('test', 'silent'),
    random: () => random.next(),
  })
  // Calls here do not wait, so none may be told to ask again. test/budget is about budgets.
  outgoing.budgets.take = async () => ({ waitMs: 0, ahead: 0 })

  let count = 0
  /** Makes an integration with a connection. */
  const connect = async (baseUrl: string, { integration, connection, credentials }: Setup = {}) => {
    const key = `api${++count}`
    const at = { environment: 'dev', integration: key, connection: 'demo' }
    await catalog.integrations.upsert(
      () => ({
        environment: 'dev',
        key,
        provider: 'acme',
        displayName: 'Acme',
        baseUrl,
        createdAt: CREATED_AT,
        updatedAt: CREATED_AT,
        ...integration,
      }),
      'dev',
      key,
    )
    await catalog.connections.upsert(
      () => ({
        uid: `uid-${key}`,
        environment: 'dev',
        integration: key,
        id: 'demo',
        sealedCredentials: keyring.seal(
          JSON.stringify(credentials ?? { type: 'API_KEY', apiKey: 'k3y' }),
          `connection:dev/${key}/demo`,
        ),
        metadata: null,
        connectionConfig: {},
        tags: {},
        createdAt: CREATED_AT,
        updatedAt: CREATED_AT,
        ...connection,
      }),
      'dev',
      key,
      'demo',
    )
    await eventually(() => catalog.connections.get('dev', key, 'demo'))
    return at
  }

  /** Gives a connection another key. */
  const setKey = async ({ environment, integration, connection }: ConnectionPlace, apiKey: string) => {
    const place = `connection:${environment}/${integration}/${connection}`
    const sealedCredentials = keyring.seal(JSON.stringify({ type: 'API_KEY', apiKey }), place)
    await catalog.connections.update(
      (present) => ({ ...present, sealedCredentials }),
      environment,
      integration,
      connection,
    )
  }

  /** A call as a function makes it. It does not wait before retries, but notes how long it would. */
  const call = async (at: ConnectionPlace, given: Partial<HttpCall> & { endpoint: string }) => {
    const [warnings, waits, holds]: [string[], number[], number[]] = [[], [], []]
    const caller: Caller = {
      signal: new AbortController().signal,
      hold: async (bytes) => void holds.push(bytes),
      lane: 'fresh',
      warn: (text, { once } = { once: false }) => {
        if (!once || !warnings.includes(text)) warnings.push(text)
      },
      wait: async (ms) => void waits.push(ms),
    }
    const whole: HttpCall = {
      method: 'GET',
      headers: {},
      retries: 0,
      retryOn: [],
      retryAfter: [],
      retryAt: [],
      idempotent: false,
      binary: false,
      keepAuthOnRedirect: false,
      ...given,
    }
    const answer = await outgoing.call(at, whole, caller).catch((error: Error) => ({ error }))
    const result = 'error' in answer ? { error: answer.error } : answer
    return { error: undefined, status: 0, url: '', blocks: [], ...result, warnings, waits, holds }
  }
  const owned = open.move()
  return { outgoing, connect, setKey, call, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
