import { once } from 'node:events'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, connectBus } from '@syncline/bus'
import { type Catalog, createApiKey, Keyring, openCatalog } from '@syncline/catalog'
import { bundleFunction } from '@syncline/functions'
import { type ProcessName, type System, startSystem } from '@syncline/launcher'
import { Syncline } from '@syncline/sdk'

const AT_A_TIME = 25

/** The whole real system, with an API for its functions, and a count of the runs that end. */
export interface BenchSystem extends AsyncDisposable {
  system: System
  bus: Bus
  api: { url: string; onRequest: (url: URL) => void }
  /** Runs that ended since the system began, by outcome. */
  ended: Map<string, number>
  /** Connections with a run that succeeded. */
  succeeded: Set<string>
  /** A client of a new environment. */
  environment(name: string): Promise<Syncline>
  /** The same with its key. */
  environmentWithKey(name: string): Promise<{ client: Syncline; key: string }>
  addSync(client: Syncline, sync: BenchSync): Promise<void>
  pids(): Record<string, number>
}

export interface BenchSync {
  name: string
  frequency: string
  connections: number
  /** Body of `exec`, with `nango` in scope. */
  exec: string
  /** Names of further syncs of the same function on the same connections. They begin paused. */
  others?: string[]
  /** Source of the model of its records; with no field but `id` by default. */
  model?: string
  validate?: 'off' | 'warn'
}

export async function openBenchSystem(env: NodeJS.ProcessEnv = {}): Promise<BenchSystem> {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))).path
  const api = open.use(await startApi())
  const system = open.use(
    await startSystem({
      dir,
      port: 0,
      keyring: Keyring.generate('bench'),
      egress: [new URL(api.url).host],
      env: { LOG_LEVEL: 'warn', SYNC_MIN_FREQUENCY: '1s', ...env },
    }),
  )
  const bus = open.use(await connectBus({ url: system.natsUrl, prefix: 'syncline', replicas: 1 }, 'bench'))
  const catalog = open.use(await openCatalog(bus, (error) => console.error(error)))
  const ended = new Map<string, number>()
  const succeeded = new Set<string>()
  bus.connection.subscribe(`${bus.prefix}.event.run.ended.>`, {
    callback: (_, message) => {
      const { outcome, connection_id } = message.json<{ data: { outcome: string; connection_id: string } }>()
        .data
      ended.set(outcome, (ended.get(outcome) ?? 0) + 1)
      if (outcome === 'success') succeeded.add(connection_id)
    },
  })
  const environmentWithKey = async (name: string) => {
    const key = await makeKey(catalog, name)
    return { client: new Syncline({ secretKey: key, host: system.url }), key }
  }
  const owned = open.move()
  return {
    system,
    bus,
    api,
    ended,
    succeeded,
    environment: async (name) => (await environmentWithKey(name)).client,
    environmentWithKey,
    addSync: (client, sync) => addSync(client, sync, { dir, apiUrl: api.url }),
    pids: () =>
      Object.fromEntries([...system.processes].map(([name, { pid }]) => [name, pid])) as Record<
        ProcessName,
        number
      >,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Answers anything at once. */
async function startApi() {
  const api = { url: '', onRequest: (_: URL) => {} }
  const server = createServer((request: IncomingMessage, response) => {
    api.onRequest(new URL(request.url ?? '/', api.url))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
  return Object.assign(api, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  })
}

async function makeKey(catalog: Catalog, environment: string): Promise<string> {
  const createdAt = new Date().toISOString()
  await catalog.environments.create({ name: environment, createdAt }, environment)
  return (await createApiKey(catalog, { environment, label: 'bench' })).secret
}

async function addSync(
  client: Syncline,
  {
    name,
    frequency,
    connections,
    exec,
    others = [],
    model = 'z.object({ id: z.string() })',
    validate,
  }: BenchSync,
  { dir, apiUrl }: { dir: string; apiUrl: string },
): Promise<void> {
  const file = join(dir, name, `syncs/${name}.ts`)
  await mkdir(join(dir, name, 'syncs'), { recursive: true })
  await writeFile(
    file,
    `import { createSync } from 'nango'
     import { z } from 'zod'
     export default createSync({
       description: '', frequency: '${frequency}', models: { Thing: ${model} },
       exec: async (nango) => { ${exec} },
     })`,
  )
  const { text: bundle } = await bundleFunction(file)
  await client.integrations.create({ uniqueKey: name, provider: name, baseUrl: apiUrl })
  for (let n = 0; n < connections; n += AT_A_TIME) {
    const ids = Array.from({ length: Math.min(AT_A_TIME, connections - n) }, (_, i) => `c${n + i}`)
    const credentials = { type: 'NONE' as const }
    await Promise.all(
      ids.map((id) => client.connections.create({ providerConfigKey: name, connectionId: id, credentials })),
    )
  }
  await client.deployments.create({
    syncs: [name, ...others].map((sync) => ({
      ...{ provider_config_key: name, name: sync, description: '', frequency, bundle },
      auto_start: sync === name,
      models: [sync === name ? 'Thing' : `Thing_${sync}`],
      ...(validate && { validate }),
    })),
  })
}
