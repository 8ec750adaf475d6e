import { randomUUID } from 'node:crypto'
import { type Bus, connectBus, consumeQueues, subjects } from '@syncline/bus'
import { type Catalog, createApiKey, type KeyFacts, Keyring, openCatalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import {
  type Command,
  CommandAnswer,
  CommandsDefinition,
  type CommandsServiceImplementation,
  RecordsDefinition,
  type RecordsServiceImplementation,
  RunFactsDefinition,
  type RunFactsServiceImplementation,
  SchedulesDefinition,
  type SchedulesServiceImplementation,
} from '@syncline/proto'
import { type RpcServer, serve } from '@syncline/rpc'
import { createLog } from '@syncline/service'
import { freePort, namespace, servers } from '@syncline/testkit'
import { Config } from '../src/config.ts'
import { type Gateway, start } from '../src/service.ts'
import { checkAnswer } from './contract.ts'

type Answer = NonNullable<CommandAnswer['result']>

/** The gateway on real NATS, with stand-ins at the other end of its gRPC calls and commands. */
export interface World extends AsyncDisposable {
  url: string
  natsUrl: string
  prefix: string
  catalog: Catalog
  /** Lines the gateway has logged. */
  log: string[]
  /** What the stand-in of records answers; set it in a test. */
  records: Partial<RecordsServiceImplementation>
  /** At first it knows of no run that ended. */
  runFacts: Partial<RunFactsServiceImplementation>
  schedules: Partial<SchedulesServiceImplementation>
  /** What the stand-in of the scheduler knows of commands. */
  results: Partial<CommandsServiceImplementation>
  /** What the stand-in of records says of its servers. */
  recordsHealth: Record<string, string>
  /** What has come to the stand-in of the scheduler, and what it answers. */
  commands: Command[]
  answer: (command: Command) => Answer
  /** A new environment with a key. */
  environment(facts?: Partial<KeyFacts>): Promise<{ name: string; key: string }>
  stopRecords(): Promise<void>
  stopScheduler(): Promise<void>
  startScheduler(): Promise<void>
  /** One more, on a port of its own. */
  startGateway(): Promise<Gateway>
  startRecords(): Promise<void>
}

const noFact: RunFactsServiceImplementation['getRunFact'] = async ({ runId }) => {
  throw new AppError('unknown_run', `there is no run '${runId}'`)
}

/** A stand-in that throws gives its caller `server_error`, and that is all a test needs. */
const onFault = () => {}

export const ADMIN_KEY = 'the-admin-key-of-tests-0123456789'

export const DONE: Answer = {
  $case: 'done',
  value: {
    frequency: 'every hour',
    scheduleId: 'schedule-1',
    cancelled: 0,
    runs: [],
    moreRuns: false,
    refusals: [],
  },
}

export async function startWorld(
  options: { variables?: NodeJS.ProcessEnv; scheduler?: boolean; natsUrl?: string } = {},
): Promise<World> {
  const { natsUrl = servers().nats.url } = options
  await using open = new AsyncDisposableStack()
  const prefix = namespace()
  const bus = open.use(await connectBus({ url: natsUrl, prefix, replicas: 1 }, 'test'))
  const catalog = open.use(await openCatalog(bus, (error) => console.error(error)))
  const log: string[] = []

  const world = {
    records: {},
    runFacts: { listRunFacts: async () => ({ isLast: true }), getRunFact: noFact },
    schedules: {},
    results: {},
    recordsHealth: {},
    commands: [] as Command[],
    answer: () => DONE,
  } as Pick<World, 'records' | 'runFacts' | 'schedules' | 'results' | 'recordsHealth' | 'commands' | 'answer'>
  const recordsPort = await freePort()
  let recordsServer: RpcServer | undefined
  const startRecords = async () => {
    recordsServer = await serve(
      `127.0.0.1:${recordsPort}`,
      (server) => {
        server.add(
          RecordsDefinition,
          standIn<RecordsServiceImplementation>(() => world.records),
        )
        server.add(
          RunFactsDefinition,
          standIn<RunFactsServiceImplementation>(() => world.runFacts),
        )
      },
      onFault,
    )
    recordsServer.answerHealth(async () => world.recordsHealth)
  }
  const stopRecords = async () => {
    await recordsServer?.[Symbol.asyncDispose]()
    recordsServer = undefined
  }
  await startRecords()
  open.defer(stopRecords)
  const schedulerPort = await freePort()
  let scheduler: RpcServer | undefined
  const startScheduler = async () => {
    scheduler = await serve(
      `127.0.0.1:${schedulerPort}`,
      (server) => {
        server.add(
          SchedulesDefinition,
          standIn<SchedulesServiceImplementation>(() => world.schedules),
        )
        server.add(
          CommandsDefinition,
          standIn<CommandsServiceImplementation>(() => world.results),
        )
      },
      onFault,
    )
  }
  const stopScheduler = async () => {
    await scheduler?.[Symbol.asyncDispose]()
    scheduler = undefined
  }
  await startScheduler()
  open.defer(stopScheduler)
  if (options.scheduler !== false) open.use(answerCommands(bus, world))

  const config = Config.parse({
    HOST: '127.0.0.1',
    PORT: '0',
    NATS_URL: natsUrl,
    NATS_PREFIX: prefix,
    REDIS_URL: servers().redis.url,
    REDIS_PREFIX: prefix,
    RECORDS_ADDRESS: `127.0.0.1:${recordsPort}`,
    SCHEDULER_ADDRESS: `127.0.0.1:${schedulerPort}`,
    SYNCLINE_KEYRING: Keyring.generate('test'),
    SYNCLINE_ADMIN_KEY: ADMIN_KEY,
    ...options.variables,
  })
  const startGateway = () =>
    start(config, createLog('gateway', 'info', { write: (line) => void log.push(line) }))
  const gateway = open.use(await startGateway())

  const owned = open.move()
  return Object.assign(world, {
    url: `http://127.0.0.1:${gateway.port}`,
    natsUrl,
    prefix,
    catalog,
    log,
    startRecords,
    stopRecords,
    stopScheduler,
    startScheduler,
    startGateway,
    async environment(facts: Partial<KeyFacts> = {}) {
      const name = namespace()
      await catalog.environments.create({ name, createdAt: new Date().toISOString() }, name)
      const { secret } = await createApiKey(catalog, { environment: name, label: 'test', ...facts })
      return { name, key: secret }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}

/** A page of records in one piece. */
export async function* piece(records: string, nextCursor = '') {
  yield { records: Buffer.from(records), nextCursor }
}

/** A service whose methods are looked up when they are called, so that a test can set them. */
function standIn<T extends object>(methods: () => Partial<T>): T {
  // nice-grpc asks for each method by its name.
  return new Proxy({} as T, {
    get: (_, name) => (request: unknown, context: unknown) => {
      const method = methods()[name as keyof T]
      return typeof method === 'function' ? method(request, context) : {}
    },
    has: () => true,
  })
}

function answerCommands(bus: Bus, world: Pick<World, 'commands' | 'answer'>): AsyncDisposable {
  const stop = new AbortController()
  const consuming = consumeQueues(
    bus,
    {
      subject: subjects.command,
      durable: 'commands',
      ackWaitMs: 5000,
      concurrency: 8,
      // NATS goes away in some tests.
      onError: () => {},
    },
    async ({ message, replyTo }) => {
      for (const command of [message, ...message.also]) {
        world.commands.push(command)
        const answer = CommandAnswer.encode({ result: world.answer(command) }).finish()
        const subject = replyTo?.replace(/[^.]*$/, command.id)
        if (subject !== undefined) bus.connection.publish(subject, answer)
      }
    },
    stop.signal,
  )
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await consuming
    },
  }
}

/** Sends a request as it is and gives status, headers and JSON; fails if OpenAPI does not know this answer. */
export async function ask(
  url: string,
  key: string | undefined,
  path: string,
  init: { method?: string; headers?: Record<string, string>; json?: unknown; body?: string } = {},
) {
  const {
    method = 'GET',
    headers = {},
    json,
    body = json === undefined ? undefined : JSON.stringify(json),
  } = init
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  const parsed = text === '' ? undefined : JSON.parse(text)
  checkAnswer(method, url + path, response.status, parsed)
  return { status: response.status, headers: response.headers, text, body: parsed }
}

/** An integration `github` with one connection `user-1` and one sync `issues`, in a new environment. */
export async function furnish(world: World) {
  const { name, key } = await world.environment()
  const api = (path: string, init?: Parameters<typeof ask>[3]) => ask(world.url, key, path, init)
  await api('/integrations', { method: 'POST', json: { unique_key: 'github', provider: 'github' } })
  await api('/connections', {
    method: 'POST',
    json: {
      provider_config_key: 'github',
      connection_id: 'user-1',
      credentials: { type: 'API_KEY', apiKey: 'secret-token' },
      metadata: { repo: 'acme/shop' },
    },
  })
  await api('/deployments', { method: 'POST', json: { syncs: [aSync()] } })
  const connection = await world.catalog.connections.get(name, 'github', 'user-1')
  return { environment: name, key, api, uid: connection.uid }
}

/** Each name has a model of its own: `GithubIssue`, `GithubPulls`. */
export function aSync(fields: Record<string, unknown> = {}) {
  const name = String(fields.name ?? 'issues')
  const model =
    name === 'issues' ? 'GithubIssue' : name.replace(/^./, (first) => `Github${first.toUpperCase()}`)
  return {
    provider_config_key: 'github',
    name,
    description: 'Issues of a repository',
    models: [model],
    frequency: 'every 6 hours',
    bundle: `module.exports = ${JSON.stringify(randomUUID())}`,
    ...fields,
  }
}

export const HEADERS = { 'Connection-Id': 'user-1', 'Provider-Config-Key': 'github' }
