// `npm start [-- --without <service>]`: the whole system on this machine, with an example that runs, until Ctrl-C.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { orAborted } from '@syncline/async'
import { takePort } from '@syncline/embedded'
import { recordedIssues } from '@syncline/example-github-issues/recorded'
import { type Replay, startReplay } from '@syncline/example-github-issues/replay'
import { type Example, setUpExample } from '@syncline/example-github-issues/setup'
import { Listr } from 'listr2'
import colors from 'picocolors'
import { buildPages } from './build-pages.ts'
import {
  type DevFile,
  DIR,
  isRunning,
  readAdminKey,
  readDevFile,
  readKeyring,
  writeDevFile,
} from './dev-file.ts'
import { printRuns } from './print-runs.ts'
import { type ServiceName, services } from './service-process.ts'
import { stopSignal } from './stop-signal.ts'
import { type System, startSystem } from './system.ts'
import { welcome } from './welcome.ts'

const HEALTH_POLL_MS = 500

async function main(): Promise<void> {
  const stop = stopSignal()
  const without = parseWithout()
  const before = readDevFile()
  if (before && (await isRunning(before))) {
    throw new Error(
      `Syncline runs already: ${before.url}, started by process ${before.launcher}. Stop it there with Ctrl-C, or with: kill ${before.launcher}`,
    )
  }
  const port = await takePort('the REST API (SYNCLINE_PORT)', portOf('SYNCLINE_PORT', 3003))
  const replayPort = await takePort('the recorded GitHub (REPLAY_PORT)', portOf('REPLAY_PORT', 3999))

  await using open = new AsyncDisposableStack()
  const replay = process.env.GITHUB_REPO
    ? undefined
    : open.use(await startReplay({ items: recordedIssues(), port: replayPort }))
  const web = buildPages('web', stop)
  // It is awaited below, and may fail before that.
  web.catch(() => {})
  // What has started so far. Each step adds to it.
  const running: { system?: System; file?: DevFile; example?: Example } = {}
  const steps = new Listr(
    [
      {
        title: `NATS, Redis, ClickHouse, and the services ${services.filter((name) => !without.includes(name)).join(', ')}`,
        task: async (_, step) => {
          const system = await startSystem({
            dir: DIR,
            port,
            keyring: readKeyring(),
            adminKey: readAdminKey(),
            egress: egressHosts(replay),
            without,
            signal: stop,
            onChange: (name, state) => {
              if (stop.aborted) return
              const text = state === 'running' ? 'runs again' : `has ${state}`
              console.log(`${name} ${text}, see .syncline/logs/${name}.log`)
              if (state === 'running' && running.system && running.file) {
                writeDevFile({ ...running.file, pids: pidsOf(running.system) })
              }
            },
          })
          running.system = open.use(system)
          running.file = await devFileOf(system, replay)
          step.title += colors.dim(` (ClickHouse: ${system.processes.get('clickhouse')?.kind})`)
        },
      },
      {
        title: `${without.join(', ')}: start it in another terminal: ${without.map((name) => `pnpm service ${name} --inspect`).join(' and ')}`,
        enabled: () => without.length > 0,
        task: async () => {
          const file = running.file as DevFile // the step before has set it
          writeDevFile({ ...file, ...(before?.key && { key: before.key }) })
          await untilHealthy(file.url, stop)
        },
      },
      {
        title: 'environment dev, integration github, connection demo, sync github-issues',
        task: async () => {
          const file = running.file as DevFile // the first step has set it
          running.example = await orAborted(setUp(file, replay, before?.key), stop)
          running.file = { ...file, ...running.example }
          writeDevFile(running.file)
        },
      },
      {
        title: 'the dashboard, built of web/ if that has changed',
        task: () => orAborted(web, stop),
        // The system runs without it.
        exitOnError: false,
      },
    ],
    { renderer: process.stdout.isTTY ? 'default' : 'simple', registerSignalListeners: false },
  )
  await steps.run().catch((error: unknown) => {
    if (!stop.aborted) throw error
  })
  const { file, example } = running
  if (!stop.aborted && file && example) {
    console.log(welcome({ ...file, ...example }))
    // Nobody waits for it: the pages appear when they are built.
    buildPages('docs', stop).catch((error: Error) => {
      if (!stop.aborted) console.error(`the documentation was not built: ${error.message}`)
    })
    open.use(await printRuns(file.nats_url, console.log))
    await orAborted(new Promise(() => {}), stop).catch(() => {})
  }
  console.log('stopping …')
}

function parseWithout(): ServiceName[] {
  const { values } = parseArgs({ options: { without: { type: 'string', multiple: true, default: [] } } })
  return values.without.map((name) => {
    const service = services.find((known) => known === name)
    if (!service) throw new Error(`--without '${name}': not one of the services ${services.join(', ')}`)
    return service
  })
}

const egressHosts = (replay: Replay | undefined) => [
  ...(replay ? [new URL(replay.url).host] : []),
  ...(process.env.EGRESS_ALLOW_HOSTS?.split(',') ?? []),
]

async function devFileOf(system: System, replay: Replay | undefined): Promise<DevFile> {
  const runner = system.processes.get('runner')
  const services = Object.entries(system.serviceEnv).map(([name, env]) => [name, withoutPrivate(env)])
  return {
    url: system.url,
    nats_url: system.natsUrl,
    launcher: process.pid,
    ...(replay && { replay_url: replay.url }),
    ...(runner && { sandbox: await sandboxLevel(runner.url) }),
    pids: pidsOf(system),
    services: Object.fromEntries(services),
  }
}

/** Neither secrets nor what each shell has itself. */
function withoutPrivate({
  SYNCLINE_KEYRING,
  SYNCLINE_ADMIN_KEY,
  PATH,
  HOME,
  TMPDIR,
  ...rest
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest
}

const pidsOf = (system: System): DevFile['pids'] =>
  Object.fromEntries([...system.processes].map(([name, { pid }]) => [name, pid]))

async function sandboxLevel(runnerUrl: string): Promise<string> {
  const response = await fetch(`${runnerUrl}/health`, { signal: AbortSignal.timeout(5_000) })
  return ((await response.json()) as { sandbox: string }).sandbox // the runner's `facts`
}

/** Waits for a person, so only `stop` ends it. */
async function untilHealthy(url: string, stop: AbortSignal): Promise<void> {
  const isHealthy = async () => {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) })
    await response.body?.cancel()
    return response.ok
  }
  while (!(await isHealthy().catch(() => false))) await sleep(HEALTH_POLL_MS, undefined, { signal: stop })
}

function setUp(file: DevFile, replay: Replay | undefined, knownKey: string | undefined): Promise<Example> {
  const repo = process.env.GITHUB_REPO
  return setUpExample({
    adminKey: readAdminKey(),
    url: file.url,
    githubUrl: replay?.url ?? 'https://api.github.com',
    repo: repo ?? 'octokit-fixture-org/paginate-issues',
    ...(repo && { connectionId: repo }),
    token: process.env.GITHUB_TOKEN ?? 'recorded-answers-need-no-real-token',
    ...(knownKey && { knownKey }),
  })
}

function portOf(variable: string, fallback: number): number {
  const text = process.env[variable] ?? String(fallback)
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`${variable} is '${text}': not a port`)
  return port
}

try {
  await main()
} catch (error) {
  console.error(colors.red(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
}
