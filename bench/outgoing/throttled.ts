// How soon a sync starts beside hundreds of runs of another API that wants them to wait, over the real system.
import { once } from 'node:events'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectBus } from '@syncline/bus'
import { createApiKey, Keyring, openCatalog } from '@syncline/catalog'
import { bundleFunction } from '@syncline/functions'
import { startSystem } from '@syncline/launcher'
import { Syncline } from '@syncline/sdk'

const ENVIRONMENT = 'bench'
/** While the starts are measured, all throttled runs come back once, need a process, and are throttled again. */
const RETRY_AFTER_S = 120
const SETTLE_MS = 10 * 60_000

interface Options {
  smoke: boolean
  progress: (text: string) => void
}

interface Figure {
  name: string
  value: string
  reach: string
  ok: boolean
}

/** @param options.smoke Shows that everything runs; the figures mean nothing. */
export async function run({
  smoke = false,
  progress = (_: string) => {},
}: Partial<Options> = {}): Promise<Figure[]> {
  const [connections, starts, everyMs] = smoke ? [20, 10, 300] : [500, 120, 1000]
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))).path
  const api = open.use(await startApi())
  const egress = [new URL(api.url).host]
  const options = { dir, port: 0, keyring: Keyring.generate('bench'), egress, env: { LOG_LEVEL: 'warn' } }
  const system = open.use(await startSystem(options))
  const client = new Syncline({ secretKey: await makeKey(system.natsUrl), host: system.url })

  await addSync(client, { name: 'probe', dir, apiUrl: api.url, connections: 1 })
  const probe = { client, api, starts, everyMs }
  await startTimes({ ...probe, starts: 5 })
  progress('starts, idle')
  const idle = await startTimes(probe)
  progress(`${connections} runs that are throttled`)
  await addSync(client, { name: 'limited', dir, apiUrl: api.url, connections })
  await untilThrottled(client, connections)
  progress('starts beside them')
  const beside = await startTimes(probe)

  const [before, now] = [quantile(idle, 0.99), quantile(beside, 0.99)]
  return [
    {
      name: `start of a sync beside ${connections} runs of another API that are throttled for ${RETRY_AFTER_S} s at a time, p99`,
      value: `${now.toFixed(0)} ms, idle ${before.toFixed(0)} ms (${(now / before).toFixed(1)}×)`,
      reach: '≤ 2× of idle',
      ok: now <= 2 * before,
    },
  ]
}

async function untilThrottled(client: Syncline, connections: number): Promise<void> {
  const until = Date.now() + SETTLE_MS
  for (;;) {
    const { syncs } = await client.syncStatus('limited', ['limited'])
    const waiting = syncs.filter(({ lastRun }) => lastRun?.throttled).length
    if (waiting === connections) return
    if (Date.now() > until) throw new Error(`only ${waiting} of ${connections} runs are throttled`)
    await sleep(1000)
  }
}

type Api = Awaited<ReturnType<typeof startApi>>

/** Milliseconds from each trigger to the first request of its run. */
async function startTimes(probe: { client: Syncline; api: Api; starts: number; everyMs: number }) {
  const { client, api, starts, everyMs } = probe
  const times: number[] = []
  for (let n = 0; n < starts; n++) {
    const request = api.nextProbe()
    const startedAt = performance.now()
    await client.triggerSync('probe', ['probe'], 'c0')
    await request
    times.push(performance.now() - startedAt)
    await sleep(everyMs)
  }
  return times
}

/** `/probe` answers at once, anything else is over its limit. */
async function startApi() {
  let arrived = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    if (request.url === '/probe') {
      arrived.resolve()
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    } else response.writeHead(429, { 'retry-after': String(RETRY_AFTER_S) }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    nextProbe() {
      arrived = Promise.withResolvers()
      return arrived.promise
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function addSync(
  client: Syncline,
  { name, dir, apiUrl, connections }: { name: string; dir: string; apiUrl: string; connections: number },
): Promise<void> {
  const file = join(dir, name, `syncs/${name}.ts`)
  await mkdir(join(dir, name, 'syncs'), { recursive: true })
  await writeFile(
    file,
    `import { createSync } from 'nango'
     import { z } from 'zod'
     export default createSync({
       description: '', frequency: 'every hour', models: { Thing: z.object({ id: z.string() }) },
       exec: async (nango) => { await nango.get({ endpoint: '/${name}', retries: 10 }) },
     })`,
  )
  const { text: bundle } = await bundleFunction(file)
  await client.integrations.create({ uniqueKey: name, provider: name, baseUrl: apiUrl })
  for (let n = 0; n < connections; n++) {
    const credentials = { type: 'NONE' as const }
    await client.connections.create({ providerConfigKey: name, connectionId: `c${n}`, credentials })
  }
  const facts = { description: '', models: ['Thing'], frequency: 'every hour' }
  await client.deployments.create({ syncs: [{ provider_config_key: name, name, ...facts, bundle }] })
}

async function makeKey(natsUrl: string): Promise<string> {
  await using bus = await connectBus({ url: natsUrl, prefix: 'syncline', replicas: 1 }, 'bench')
  await using catalog = await openCatalog(bus, (error) => console.error(error))
  const createdAt = new Date().toISOString()
  await catalog.environments.create({ name: ENVIRONMENT, createdAt }, ENVIRONMENT)
  return (await createApiKey(catalog, { environment: ENVIRONMENT, label: 'bench' })).secret
}

function quantile(values: number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN
}
