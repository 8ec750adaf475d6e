import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Keyring } from '@syncline/catalog'
import { takePort } from '@syncline/embedded'
import { recordedIssues } from '@syncline/example-github-issues/recorded'
import { startReplay } from '@syncline/example-github-issues/replay'
import { type Example, setUpExample } from '@syncline/example-github-issues/setup'
import { Syncline } from '@syncline/sdk'
import { Listr } from 'listr2'
import colors from 'picocolors'
import { narrateRuns } from './narrate.ts'
import { type ProcessName, ROOT, type System, startSystem } from './system.ts'

/** Data, logs, and facts for other programs. */
const DIR = process.env.SYNCLINE_DIR ?? join(ROOT, '.syncline')
const FACTS = join(DIR, 'dev.json')

/** What `.syncline/dev.json` tells other programs about the system that runs. */
interface Facts extends Example {
  /** Where the recorded GitHub can be changed; absent when GITHUB_REPO is set. */
  replay_url?: string
  /** For `syncline env` and `syncline key`. */
  nats_url: string
  launcher: number
  /** What stands around sync functions on this machine: see libs/sandbox. */
  sandbox: string
  pids: Partial<Record<ProcessName, number>>
}

/** `npm start`: the whole system on this machine, with an example that runs, until Ctrl-C. */
async function main(): Promise<void> {
  const stop = stopRequested()
  mkdirSync(DIR, { recursive: true })
  const before = knownFacts()
  if (before && (await answers(before))) {
    throw new Error(
      `Syncline runs already: ${before.url}, started by process ${before.launcher}. Stop it there with Ctrl-C, or with: kill ${before.launcher}`,
    )
  }
  const port = await takePort('the REST API (SYNCLINE_PORT)', portOf('SYNCLINE_PORT', 3003))
  const replayPort = await takePort('the recorded GitHub (REPLAY_PORT)', portOf('REPLAY_PORT', 3999))

  await using open = new AsyncDisposableStack()
  let facts: Facts | undefined
  const write = (system: System) => {
    if (!facts) return
    facts.pids = Object.fromEntries([...system.processes].map(([name, { pid }]) => [name, pid]))
    writeFileSync(FACTS, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 })
  }

  const repo = process.env.GITHUB_REPO
  const replay = repo ? undefined : open.use(await startReplay({ items: recordedIssues(), port: replayPort }))
  const context: { system?: System } = {}
  const steps = new Listr(
    [
      {
        title: 'NATS, Redis, ClickHouse, and the services records, scheduler, runner, gateway',
        task: async (_, step) => {
          const system = await startSystem({
            dir: DIR,
            port,
            keyring: readKeyring(),
            egress: [
              ...(replay ? [new URL(replay.url).host] : []),
              ...(process.env.EGRESS_ALLOW_HOSTS?.split(',') ?? []),
            ],
            onChange: (name, state) => {
              console.log(
                `${name} ${state === 'running' ? 'runs again' : `has ${state}`}, see .syncline/logs/${name}.log`,
              )
              if (state === 'running' && context.system) write(context.system)
            },
          })
          context.system = open.use(system)
          step.title += colors.dim(` (ClickHouse: ${system.processes.get('clickhouse')?.kind})`)
        },
      },
      {
        title: `environment dev, integration github, connection demo, sync github-issues`,
        task: async () => {
          const system = context.system as System // made by the step before
          facts = {
            ...(await setUpExample({
              natsUrl: system.natsUrl,
              url: system.url,
              githubUrl: replay?.url ?? 'https://api.github.com',
              repo: repo ?? 'octokit-fixture-org/paginate-issues',
              ...(repo && { connectionId: repo }),
              token: process.env.GITHUB_TOKEN ?? 'recorded-answers-need-no-real-token',
              ...(before && { knownKey: before.key }),
            })),
            ...(replay && { replay_url: replay.url }),
            nats_url: system.natsUrl,
            launcher: process.pid,
            sandbox: await sandboxLevel(system),
            pids: {},
          }
          write(system)
        },
      },
    ],
    { renderer: process.stdout.isTTY ? 'default' : 'simple' },
  )
  const ended = Promise.race([steps.run().then(() => 'started' as const), stop])
  if ((await ended) !== 'stop' && facts) {
    console.log(welcome(facts))
    const client = new Syncline({ secretKey: facts.key, host: facts.url })
    open.use(await narrateRuns(facts.nats_url, client, facts.provider_config_key, console.log))
    await stop
  }
  console.log('stopping …')
}

function welcome(facts: Facts): string {
  const curl = [
    `curl '${facts.url}/records?model=${facts.model}&limit=3'`,
    `-H 'Authorization: Bearer ${facts.key}'`,
    `-H 'Provider-Config-Key: ${facts.provider_config_key}'`,
    `-H 'Connection-Id: ${facts.connection_id}'`,
  ]
  const rows = [
    ['URL', facts.url],
    ['key', facts.key],
    ['records', curl.join(' \\\n              ')],
    ...(facts.replay_url
      ? [['change one', `curl -X PATCH ${facts.replay_url}/replay/issues/3 -d '{"title":"A better title"}'`]]
      : []),
    ['logs', `${relative(process.cwd(), join(DIR, 'logs'))}/*.log`],
    ['all this', relative(process.cwd(), FACTS)],
    [
      'sandbox',
      facts.sandbox === 'basic'
        ? colors.yellow('basic: run only code that you trust, see libs/sandbox')
        : facts.sandbox,
    ],
    ['stop', 'Ctrl-C'],
  ]
  const lines = rows.map(([name, value]) => `  ${colors.dim((name ?? '').padEnd(12))}${value}`)
  return `\n${colors.green('Syncline runs.')}\n\n${lines.join('\n')}\n`
}

async function sandboxLevel(system: System): Promise<string> {
  const response = await fetch(`${system.processes.get('runner')?.url}/health`)
  return ((await response.json()) as { sandbox: string }).sandbox // our runner says so
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one, after a moment, ends everything at once. */
function stopRequested(): Promise<'stop'> {
  return new Promise((resolve) => {
    let first = 0
    const stop = () => {
      // npm and the shell both pass Ctrl-C on: what comes at the same moment is one wish.
      if (first > 0 && Date.now() - first > 500) process.exit(130)
      first ||= Date.now()
      resolve('stop')
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  })
}

function knownFacts(): Facts | undefined {
  try {
    return JSON.parse(readFileSync(FACTS, 'utf8')) as Facts // written by us
  } catch {
    return undefined
  }
}

async function answers(facts: Facts): Promise<boolean> {
  try {
    process.kill(facts.launcher, 0)
    const response = await fetch(`${facts.url}/health`, { signal: AbortSignal.timeout(2000) })
    return response.status < 600
  } catch {
    return false
  }
}

/** Made at the first start: it opens the credentials of all later ones. */
function readKeyring(): string {
  const file = join(DIR, 'keyring')
  if (!existsSync(file)) writeFileSync(file, Keyring.generate('dev'), { mode: 0o600 })
  return readFileSync(file, 'utf8')
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
