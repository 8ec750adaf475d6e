// What a call by libs/outgoing costs beside the same request by bare undici: credentials, catalog, redirects, memory limits.
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBus } from '@syncline/bus'
import { Keyring, openCatalog } from '@syncline/catalog'
import { startNats, startRedis } from '@syncline/embedded'
import { bundleFunction, type HttpCall, openFunctionSandboxes } from '@syncline/functions'
import { type Caller, Egress, Outgoing } from '@syncline/outgoing'
import { connectRedis } from '@syncline/redis'
import { AnswerWithText } from '@syncline/sandbox'
import { createLog } from '@syncline/service'
import { variableOf } from '@syncline/testkit/start-servers'
import { Agent, request } from 'undici'
import { loopbackApi } from './loopback-api.ts'

const WARM_UP = 500
const CALLS = 3000
const CALLS_OF_FUNCTION = 1000
const AT = { environment: 'bench', integration: 'api', connection: 'one' }
const CREATED_AT = '2026-01-01T00:00:00.000Z'

export interface Figure {
  name: string
  value: string
  reach: string
  ok: boolean
}

export async function run(): Promise<Figure[]> {
  await using api = await loopbackApi()
  await using world = await openWorld(api.url)
  const agent = new Agent({ connections: 64, allowH2: false })
  const bare = async () => {
    const headers = { authorization: 'Bearer k', accept: '*/*', 'user-agent': 'bare' }
    const { body } = await request(`${api.url}/items?page=1`, { dispatcher: agent, headers })
    await body.text()
  }
  const ours = async () => {
    const { blocks } = await world.call()
    Buffer.concat(blocks).toString()
  }

  // They take turns: what the machine does meanwhile meets both.
  const times: Record<'bare' | 'ours', number[]> = { bare: [], ours: [] }
  for (let n = -WARM_UP; n < CALLS; n++) {
    const [bareMs, oursMs] = [await timed(bare), await timed(ours)]
    if (n >= 0) times.bare.push(bareMs)
    if (n >= 0) times.ours.push(oursMs)
  }
  const added = (part: number) => quantile(times.ours, part) - quantile(times.bare, part)
  const inSandbox = await world.meanInSandbox()
  await agent.close()
  return [
    figure('a call: added to bare undici, p50', added(0.5), 1),
    figure('a call: added to bare undici, p99', added(0.99), 5),
    figure('a call inside a sandboxed function: added, mean', inSandbox - mean(times.bare), 1),
  ]
}

const figure = (name: string, ms: number, most: number): Figure => ({
  name,
  value: `${ms.toFixed(2)} ms`,
  reach: `≤ ${most} ms`,
  ok: ms <= most,
})

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function quantile(values: number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN
}

/** Outgoing calls of one connection with a bearer token. */
async function openWorld(baseUrl: string) {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))).path
  const server = async (name: 'nats' | 'redis', start: typeof startNats | typeof startRedis) => {
    const url = process.env[variableOf(name)]
    return url ? { url } : open.use(await start({ dir: join(dir, name), log: join(dir, `${name}.log`) }))
  }
  const nats = await server('nats', startNats)
  const { url: redisUrl } = await server('redis', startRedis)
  const prefix = `bench${process.pid}`
  const bus = open.use(await connectBus({ url: nats.url, prefix, replicas: 1 }, 'bench'))
  const catalog = open.use(await openCatalog(bus, (error) => console.error(error)))
  const redis = open.adopt(
    connectRedis(redisUrl, () => {}),
    (client) => client.disconnect(),
  )
  const egress = open.use(new Egress({ allowHosts: ['127.0.0.1'], redirectTo: '' }))
  const keyring = new Keyring(Keyring.generate('bench'))
  await catalog.integrations.upsert(
    () => ({
      environment: AT.environment,
      key: AT.integration,
      provider: 'bench',
      displayName: 'Bench',
      baseUrl,
      auth: { type: 'bearer' },
      createdAt: CREATED_AT,
      updatedAt: CREATED_AT,
    }),
    AT.environment,
    AT.integration,
  )
  await catalog.connections.upsert(
    () => ({
      uid: 'one',
      environment: AT.environment,
      integration: AT.integration,
      id: AT.connection,
      sealedCredentials: keyring.seal(
        JSON.stringify({ type: 'API_KEY', apiKey: 'k' }),
        `connection:${AT.environment}/${AT.integration}/${AT.connection}`,
      ),
      metadata: null,
      connectionConfig: {},
      tags: {},
      createdAt: CREATED_AT,
      updatedAt: CREATED_AT,
    }),
    AT.environment,
    AT.integration,
    AT.connection,
  )
  const outgoing = new Outgoing({
    catalog,
    keyring,
    redis,
    redisPrefix: prefix,
    egress,
    log: createLog('bench', 'silent'),
  })
  const params: HttpCall = {
    method: 'GET',
    endpoint: '/items?page=1',
    headers: {},
    retries: 0,
    retryOn: [],
    retryAfter: [],
    retryAt: [],
    idempotent: false,
    binary: false,
    keepAuthOnRedirect: false,
  }
  const caller: Caller = {
    signal: new AbortController().signal,
    hold: async () => {},
    lane: 'fresh',
    warn: (text) => console.error(text),
    wait: () => Promise.reject(new Error('a call had to wait')),
  }

  /** Milliseconds that a call takes, as the function sees it. */
  const meanInSandbox = async () => {
    await mkdir(join(dir, 'api/syncs'), { recursive: true })
    const file = join(dir, 'api/syncs/bench.ts')
    await writeFile(file, program)
    const { text: code } = await bundleFunction(file)
    await using sandboxes = await openFunctionSandboxes({ minLevel: 'basic' })
    using sandbox = await sandboxes.take()
    let ms = Number.NaN
    const facts = {
      connectionId: AT.connection,
      providerConfigKey: AT.integration,
      provider: 'bench',
      environmentName: AT.environment,
      syncId: 'bench',
      syncJobId: 1,
      variant: 'base',
      lastSyncDate: null,
      syncConfig: { sync_name: 's', type: 'sync', models: [], runs: '', version: '1', track_deletes: false },
      emptyCache: false,
      environmentId: 1,
      nangoConnectionId: 1,
      activityLogId: 'r',
      logLevel: '',
      pagination: {},
    }
    const outcome = await sandbox.run({
      input: { task: 'sync', code, facts },
      host: {
        http: async (raw, own) => {
          const call = { ...(raw as HttpCall), endpoint: '/items?page=1' } // our own function sent it
          const { blocks, ...rest } = await outgoing.call(AT, call, { ...caller, ...own })
          return new AnswerWithText({ ...rest, body: {} }, ['body', 'text'], 'utf8', blocks)
        },
      },
      onLog: (_level, text) => {
        ms = Number(text)
      },
    })
    if (outcome.kind !== 'success') throw new Error(`the function ended as ${JSON.stringify(outcome)}`)
    return ms
  }
  const owned = open.move()
  return {
    call: () => outgoing.call(AT, params, caller),
    meanInSandbox,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const program = `
  import { createSync } from 'nango'
  import { z } from 'zod'
  export default createSync({ description: '', frequency: 'every hour', models: { Thing: z.object({ id: z.string() }) }, exec: async (nango) => {
    const calls = async (n: number) => { for (let i = 0; i < n; i++) await nango.get({ endpoint: '/items' }) }
    await calls(${WARM_UP})
    const started = Date.now()
    await calls(${CALLS_OF_FUNCTION})
    await nango.log(String((Date.now() - started) / ${CALLS_OF_FUNCTION}))
  } })
`
