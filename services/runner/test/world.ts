import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, connectBus } from '@syncline/bus'
import {
  type Catalog,
  type Connection,
  type Integration,
  Keyring,
  openCatalog,
  type Validation,
} from '@syncline/catalog'
import { bundleFunction } from '@syncline/functions'
import { type AttemptReport, RunOutcome } from '@syncline/proto'
import { createLog, type Running } from '@syncline/service'
import { eventually, namespace, servers } from '@syncline/testkit'
import { Config, start } from '../src/service.ts'
import { StandIns } from './stand-ins.ts'

const CREATED_AT = '2026-01-01T00:00:00.000Z'

export interface World extends AsyncDisposable {
  bus: Bus
  catalog: Catalog
  standIns: StandIns
  /** Reports of attempts that were not handed back. */
  finished: AttemptReport[]
  runner: Running
  /** Another runner of the same world. */
  startRunner(env?: NodeJS.ProcessEnv): Promise<Running>
  /** Makes integration, connection and sync; `exec` is the body of the function. */
  deploy(exec: string, changes?: Changes): Promise<void>
  /** Asks for a run of it and waits for its end. */
  run(options?: RunOptions): Promise<AttemptReport>
  request(options?: RunOptions): Promise<string>
  /** Waits for the report of an attempt. */
  ended(runId: string, attempt?: number): Promise<AttemptReport>
  /** Environment of a runner of this world. */
  env: NodeJS.ProcessEnv
  /** `info text` of a run. */
  log(runId: string): string[]
}

export type RunOptions = {
  checkpoint?: string
  variant?: string
  emptyCache?: boolean
  reservedSlot?: boolean
  lastSyncAtMs?: number
  /** Key of the integration; the sync's name is always the same. */
  api?: string
  /** Of those that `deploy` made. */
  connection?: string
}

export interface Changes {
  models?: string[]
  trackDeletes?: boolean
  /** Of each model. */
  schema?: string
  validate?: Validation
  integration?: Partial<Integration>
  connection?: Partial<Connection>
  credentials?: object
  /** Names of connections, all with these credentials. */
  connections?: string[]
  api?: string
  /** A function's file instead of a body. */
  file?: string
}

const DEMO = 'demo'
const uidOf = (api: string, connection = DEMO) => {
  if (connection !== DEMO) return `uid-${api}-${connection}`
  return api === 'api' ? 'uid-1' : `uid-${api}`
}

export async function createWorld(env: NodeJS.ProcessEnv = {}): Promise<World> {
  await using open = new AsyncDisposableStack()
  const prefix = namespace()
  const url = servers().nats.url
  const bus = open.use(await connectBus({ url, prefix, replicas: 1 }, 'test'))
  const catalog = open.use(await openCatalog(bus, (error) => console.error(error)))
  const standIns = new StandIns()
  const { port } = open.use(await standIns.serve())
  const folder = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-runner-'))).path
  const keyring = Keyring.generate('test')

  standIns.scheduler.onQueued = () => bus.connection.publish(`${prefix}.wake.runners`)

  const runners = open.use(new AsyncDisposableStack())
  const started: Running[] = []
  const runnerEnv = {
    NATS_URL: url,
    NATS_PREFIX: prefix,
    REDIS_URL: servers().redis.url,
    REDIS_PREFIX: prefix,
    RECORDS_ADDRESS: `127.0.0.1:${port}`,
    SCHEDULER_ADDRESS: `127.0.0.1:${port}`,
    SYNCLINE_KEYRING: keyring,
    EGRESS_ALLOW_HOSTS: '127.0.0.1',
    RUN_BLOCKED_MS: '20000',
    SANDBOX_MIN_LEVEL: 'basic',
    RUNNER_DRAIN_MS: '300',
    ...env,
  }
  const startRunner = async (more: NodeJS.ProcessEnv = {}) => {
    const config = Config.parse({ ...runnerEnv, ...more })
    const runner = await start(config, createLog('runner', 'silent'))
    runners.defer(() => runner[Symbol.asyncDispose]())
    started.push(runner)
    return runner
  }
  const runner = await startRunner()

  /** Waits until the copies of the catalog that runners keep are as new as the catalog. */
  const runnersFollow = async () => {
    const stream = `KV_${prefix}_catalog`
    const { state } = await bus.manager.streams.info(stream)
    await eventually(async () => {
      for await (const { delivered } of bus.manager.consumers.list(stream)) {
        if (delivered.stream_seq < state.last_seq) throw new Error(`a copy of the catalog is behind`)
      }
    })
    // What was sent to a runner has arrived there when it has the answer to a later ping.
    await Promise.all(started.map((runner) => runner.health()))
    await new Promise(setImmediate)
  }

  let count = 0
  const world: Omit<World, typeof Symbol.asyncDispose> = {
    bus,
    catalog,
    standIns,
    finished: standIns.scheduler.finished,
    runner,
    startRunner,
    async deploy(exec, changes = {}) {
      const {
        models = ['Thing'],
        schema = 'z.object({ id: z.string() })',
        trackDeletes = false,
        validate,
        integration,
        connection,
        credentials,
      } = changes
      const { api = 'api', connections = [DEMO] } = changes
      const file = join(folder, `api/syncs/demo${++count}.ts`)
      await mkdir(join(folder, 'api/syncs'), { recursive: true })
      const schemas = models.map((model) => `${model}: ${schema}`).join(', ')
      await writeFile(
        file,
        `import { createSync } from 'nango'
         import { z } from 'zod'
         export default createSync({ description: '', frequency: 'every hour', models: { ${schemas} }, exec: async (nango) => {
           ${exec}
         } })`,
      )
      const bundle = await catalog.bundles.put((await bundleFunction(changes.file ?? file)).text)
      await catalog.integrations.upsert(
        () => ({
          environment: 'dev',
          key: api,
          provider: 'acme',
          displayName: 'Acme',
          baseUrl: 'http://127.0.0.1:1',
          auth: { type: 'none' },
          headers: {},
          createdAt: CREATED_AT,
          updatedAt: CREATED_AT,
          ...integration,
        }),
        'dev',
        api,
      )
      for (const id of connections) {
        const place = `connection:dev/${api}/${id}`
        const sealed = new Keyring(keyring).seal(JSON.stringify(credentials ?? { type: 'NONE' }), place)
        await catalog.connections.upsert(
          () => ({
            uid: uidOf(api, id),
            environment: 'dev',
            integration: api,
            id,
            sealedCredentials: sealed,
            metadata: null,
            connectionConfig: {},
            tags: {},
            createdAt: CREATED_AT,
            updatedAt: CREATED_AT,
            ...connection,
          }),
          'dev',
          api,
          id,
        )
      }
      await catalog.syncs.upsert(
        () => ({
          environment: 'dev',
          integration: api,
          name: 'demo',
          description: '',
          version: '1',
          models,
          frequency: 'every hour',
          autoStart: true,
          trackDeletes,
          ...(validate && { validate }),
          retries: 0,
          overlap: 'skip',
          bundle,
          deployedAt: CREATED_AT,
        }),
        'dev',
        api,
        'demo',
      )
      await runnersFollow()
    },
    async request({ checkpoint = '', api = 'api', connection = DEMO, ...options } = {}) {
      const runId = `run-${++count}`
      const plan = {
        environment: 'dev',
        providerConfigKey: api,
        connectionId: connection,
        connectionUid: uidOf(api, connection),
        sync: 'demo',
      }
      standIns.scheduler.add(runId, { ...plan, ...options }, checkpoint)
      return runId
    },
    async run(options) {
      return world.ended(await world.request(options))
    },
    ended(runId, attempt) {
      return eventually(
        () => {
          const end = world.finished.find(
            (one) => one.runId === runId && (attempt ?? one.attempt) === one.attempt,
          )
          if (!end) throw new Error(`${runId} has not ended: … ${world.log(runId).slice(-5).join('\n')}`)
          // The log comes a moment after the report.
          if (hasLog(end) && !hasEndLine(standIns, end)) throw new Error(`the log of ${runId} has no end`)
          return end
        },
        // No promise: on a machine that has much else to do a run takes what it takes.
        { timeoutMs: 150_000 },
      )
    },
    env: runnerEnv,
    log: (runId) =>
      standIns.lines
        .filter((line) => line.runId === runId)
        .map(({ level, message }) => `${level.replace('LOG_LEVEL_', '').toLowerCase()} ${message}`),
  }
  const owned = open.move()
  return { ...world, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const hasLog = ({ outcome, hasBegun }: AttemptReport) => outcome !== RunOutcome.THROTTLED || hasBegun

const hasEndLine = ({ lines }: StandIns, { runId, attempt }: AttemptReport) =>
  lines.some(
    (line) =>
      line.runId === runId && line.attempt === attempt && /^(ended|throttled) after \d/.test(line.message),
  )
