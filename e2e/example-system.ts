import { randomBytes } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keyring } from '@syncline/catalog'
import { type Replay, type ReplayOptions, startReplay } from '@syncline/example-github-issues/replay'
import { setUpExample } from '@syncline/example-github-issues/setup'
import { type ProcessName, type System, startSystem } from '@syncline/launcher'
import { type NangoRecord, Syncline } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'

export const INTEGRATION = 'github'
export const CONNECTION = 'demo'
export const SYNC = 'github-issues'

/** The whole system with the example deployed, on ports and data of its own. */
export interface ExampleSystem extends AsyncDisposable {
  system: System
  client: Syncline
  key: string
  adminKey: string
  replay: Replay
  /** Every record of a model, page by page. */
  records(model: string, from?: { cursor?: string; limit?: number; variant?: string }): Promise<NangoRecord[]>
  /** Triggers a sync and waits for the end of the run that this brings about. */
  run(sync?: string): Promise<Run>
  kill(name: ProcessName, signal?: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void
}

export type Run = Awaited<ReturnType<Syncline['runs']['list']>>['runs'][number]

interface Options extends Omit<ReplayOptions, 'port' | 'host'> {
  /** Hosts beside that of the replay that functions may reach. */
  egress?: string[]
  env?: NodeJS.ProcessEnv
}

export async function startExampleSystem(options: Options): Promise<ExampleSystem> {
  await using open = new AsyncDisposableStack()
  const adminKey = randomBytes(32).toString('hex')
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-e2e-'))).path
  const replay = open.use(await startReplay(options))
  const system = open.use(
    await startSystem({
      dir,
      port: 0,
      keyring: Keyring.generate('test'),
      adminKey,
      egress: [new URL(replay.url).host, ...(options.egress ?? [])],
      env: { LOG_LEVEL: 'warn', ...options.env },
    }),
  )
  const { key } = await setUpExample({
    adminKey,
    url: system.url,
    githubUrl: replay.url,
    repo: 'owner/name',
    token: 'token',
  })
  const client = new Syncline({ secretKey: key, host: system.url })

  const owned = open.move()
  return {
    system,
    client,
    key,
    adminKey,
    replay,
    kill: (name, signal = 'SIGKILL') => void process.kill(pidOf(system, name), signal),
    async records(model, from = {}) {
      const found: NangoRecord[] = []
      const page = { providerConfigKey: INTEGRATION, connectionId: CONNECTION, model, limit: 20, ...from }
      for (let cursor: string | null | undefined = from.cursor; cursor !== null; ) {
        const answer: Awaited<ReturnType<Syncline['listRecords']>> = await client.listRecords({
          ...page,
          ...(cursor && { cursor }),
        })
        found.push(...answer.records)
        cursor = answer.next_cursor
      }
      return found
    },
    async run(sync = SYNC) {
      const known = new Set((await runsOf(client, sync)).map(({ id }) => id))
      await client.triggerSync(INTEGRATION, [sync], CONNECTION)
      return eventually(
        async () => {
          const run = (await runsOf(client, sync)).find(
            ({ id, cause }) => !known.has(id) && cause === 'trigger',
          )
          if (run?.state !== 'ended')
            throw new Error(`the run of '${sync}' has not ended: ${JSON.stringify(run)}`)
          return run
        },
        { everyMs: 100 },
      )
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Newest first. */
export async function runsOf(client: Syncline, sync = SYNC): Promise<Run[]> {
  return (await client.runs.list({ providerConfigKey: INTEGRATION, sync, connectionId: CONNECTION })).runs
}

export async function logOf(client: Syncline, run: Run): Promise<string[]> {
  return (await client.runs.logs(run.id)).lines.map(({ level, message }) => `${level} ${message}`)
}

function pidOf(system: System, name: ProcessName): number {
  const supervised = system.processes.get(name)
  if (!supervised) throw new Error(`no process '${name}'`)
  return supervised.pid
}
