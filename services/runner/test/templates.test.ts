import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AuthScheme } from '@syncline/catalog'
import { type AttemptReport, RunOutcome } from '@syncline/proto'
import { expect, test } from 'vitest'
import {
  type Clocks,
  checkpointDifference,
  opsDifference,
  recordedClocks,
  recordsDifference,
  requestsDifference,
} from './templates/comparison.ts'
import type { Entry, Replay } from './templates/entry.ts'
import { createWorld, type World } from './world.ts'

const data = join(import.meta.dirname, '../../../../shared/data/templates')
const sources = process.env.TEMPLATES_DIR
const only = new RegExp(process.env.TEMPLATES_ONLY ?? '')

interface Index {
  entries: { id: string; file: string; integration: string }[]
  providers: { integration: string; hosts?: string[] }[]
}

const { entries, providers }: Index =
  sources && existsSync(data)
    ? JSON.parse(readFileSync(join(data, 'corpus/index.json'), 'utf8'))
    : { entries: [], providers: [] }
const wanted = entries.filter(({ id }) => only.test(id))

/** Recorded with a token that was revoked, which their API answers with status 200: of each of these the runner says so. */
const REVOKED = ['tiktok-ads__automated-rules']

interface ReplayServer {
  startReplay(entry: Entry, options?: { port: number }): Promise<Replay>
  /** The entry without one element of an answer; the data says which. */
  applyDeletion(entry: Entry): Entry
}

// Functions that others wrote, on the answers they were recorded with. They are not part of this project: point
// TEMPLATES_DIR at a checkout of the repository that the data names.
test.runIf(wanted.length > 0)(
  'functions of others ask for, save, delete and remember what they should',
  { timeout: 1_800_000 },
  async () => {
    const server: ReplayServer = await import(pathToFileURL(join(data, 'replay-server.mjs')).href)
    const failures: string[] = []
    const counts = { first: 0, second: 0, deletion: 0 }
    for (const { file, integration } of wanted) {
      const hosts = providers.find((one) => one.integration === integration)?.hosts ?? []
      const entry = readEntry(file, hosts)
      const fault = await replayed(server, entry, counts).catch((error: Error) => error.message)
      if (fault) failures.push(`${entry.id}: ${fault}`)
    }
    console.log(`${wanted.length - failures.length} of ${wanted.length} as recorded; runs:`, counts)
    expect(failures).toEqual([])
  },
)

async function replayed(
  { startReplay, applyDeletion }: ReplayServer,
  entry: Entry,
  counts: { first: number; second: number; deletion: number },
): Promise<string | undefined> {
  await using open = new AsyncDisposableStack()
  let replay = await startReplay(entry)
  open.defer(() => replay.close())
  const world = open.use(await createWorld({ EGRESS_REDIRECT_TO: `http://127.0.0.1:${replay.port}` }))
  await deploy(world, entry)

  counts.first++
  const { initial } = entry
  const first = await run(world, initial.checkpoint ? JSON.stringify(initial.checkpoint) : '')
  const { expected, secondRun, deletion } = entry
  const records = () => Object.fromEntries(entry.models.map((model) => [model, world.standIns.saved(model)]))
  const finalRows = ([model, { records }]: [string, { records?: { id: string | number }[] }]) =>
    recordsDifference(model, world.standIns.saved(model), records ?? expected.saved[model] ?? [])
  const fault =
    failure(first, replay, entry) ??
    requestsDifference(replay, entry) ??
    opsDifference(first.did, expected.ops, first.clocks(entry)) ??
    checkpointDifference(first.checkpoint, expected.checkpointAfter, first.clocks(entry)) ??
    Object.entries(expected.final).map(finalRows).find(Boolean)
  if (fault) return fault

  let { checkpoint } = first
  if (secondRun?.replayable) {
    counts.second++
    const before = records()
    forget(replay)
    const second = await run(world, checkpoint)
    checkpoint = second.checkpoint
    const changes = second.end.counts.filter(({ added, updated, deleted }) => added + updated + deleted > 0)
    const fault =
      failure(second, replay, entry) ??
      opsDifference(withoutCheckpoints(second.did), secondRun.ops, second.clocks(entry)) ??
      (replay.log.length !== secondRun.requests
        ? `sent ${replay.log.length} requests instead of ${secondRun.requests}`
        : undefined) ??
      (secondRun.finalSameAsFirst && changes.length > 0 ? `changed ${JSON.stringify(changes)}` : undefined) ??
      Object.entries(before)
        .map(([model, rows]) => recordsDifference(model, world.standIns.saved(model), rows))
        .find(Boolean)
    if (fault) return `second run: ${fault}`
  }

  if (deletion) {
    counts.deletion++
    const before = records()
    const { port } = replay
    await replay.close()
    replay = await startReplay(withLowerTotals(applyDeletion(entry), entry), { port })
    const third = await run(world, checkpoint)
    const fault =
      failure(third, replay, entry) ?? deletionsDifference(before, records(), deletion.expectDeleted)
    if (fault) return `after a deletion: ${fault}`
  }
  return undefined
}

/** How the function's integration and connection are set up, by what the entry knows of them. */
async function deploy(world: World, { provider, connection, ...entry }: Entry): Promise<void> {
  const { auth, headers } = authOf(provider.headers, connection.credentials)
  await world.deploy('', {
    file: join(sources ?? '', entry.source),
    models: entry.models,
    // Some were recorded with other types than they declare.
    validate: 'off',
    integration: {
      provider: entry.integration,
      baseUrl: provider.baseUrlTemplate,
      ...{ auth, headers, exposeTokens: true, allowedHosts: provider.hosts },
      ...(provider.paginate && { pagination: provider.paginate as never }), // as the provider has it
    },
    connection: {
      metadata: connection.metadata as never, // any JSON object
      connectionConfig: connection.connection_config as never,
    },
    credentials: credentialsOf(connection.credentials),
  })
  for (const [model, records] of Object.entries(entry.initial.records ?? {}))
    world.standIns.put(
      model,
      records.map((record) => ({ ...record, id: String(record.id) })),
    )
}

/** The recorded headers, as far as no auth of ours makes them of the credentials. */
function authOf(
  recorded: Record<string, string>,
  { type, access_token, username, password }: Record<string, string>,
): { auth: AuthScheme; headers: Record<string, string> } {
  const { authorization, ...headers } = recorded
  if (type === 'OAUTH2' && authorization === `Bearer ${access_token}`)
    return { auth: { type: 'bearer' }, headers }
  if (type === 'BASIC' && authorization === `Basic ${base64(`${username}:${password}`)}`)
    return { auth: { type: 'basic' }, headers }
  return { auth: { type: 'none' }, headers: recorded }
}

/** Of the same fields; those whose type we do not have are fields of CUSTOM. */
function credentialsOf({ type, ...fields }: Record<string, unknown>): object {
  const { access_token, ...others } = fields
  if (type === 'OAUTH2_CC') return { type, ...others }
  return type === 'TWO_STEP' ? { type: 'CUSTOM', ...fields } : { type, ...fields }
}

/** The data has headers with the values filled in, but for the base64 around some of them. */
function readEntry(file: string, hosts: string[]): Entry {
  const entry: Entry = JSON.parse(readFileSync(join(data, 'corpus', file), 'utf8'))
  if (entry.expected.volatilePaths.length > 0) throw new Error(`${file} has fields that are not compared`)
  const headers = Object.entries(entry.provider.headers).map(([name, text]) => [
    name,
    text.replace(/\$\{base64\(([^)]*)\)\}/g, (_, value: string) => base64(value)),
  ])
  return { ...entry, provider: { ...entry.provider, hosts, headers: Object.fromEntries(headers) } }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

interface Ran {
  end: AttemptReport
  /** The calls that changed something. */
  did: string[]
  incomplete: string[]
  /** JSON; empty = none. */
  checkpoint: string
  clocks: (entry: Entry) => Clocks
}

async function run(world: World, checkpoint: string): Promise<Ran> {
  const now = Date.now()
  world.standIns.calls.length = 0
  const end = await world.run({ checkpoint })
  const [begun, ...calls] = world.standIns.calls
  if (!begun?.startsWith('begin ')) throw new Error(`the run began with '${begun}'`)
  const incomplete = calls.filter((call) => call.startsWith('incomplete '))
  return {
    end,
    did: calls.filter((call) => !incomplete.includes(call)),
    incomplete,
    checkpoint: world.standIns.scheduler.runs.get(end.runId)?.checkpoint ?? '',
    clocks: (entry) => ({ now, recorded: recordedClocks(entry) }),
  }
}

/** The data has none of a second run. */
const withoutCheckpoints = (calls: string[]) => calls.filter((call) => !call.startsWith('checkpoint '))

/** The run succeeds without a warning, unless one of its answers was an error of the API. */
function failure({ end, incomplete }: Ran, { misses }: Replay, { id, exchanges }: Entry): string | undefined {
  const { outcome, error } = end
  const mayWarn = REVOKED.includes(id) || exchanges.some(({ response }) => response.status >= 400)
  const warnings = mayWarn ? '' : [error, ...incomplete].join('')
  if (outcome === RunOutcome.SUCCESS && warnings === '') return undefined
  return `${outcome}: ${error} ${incomplete} ${JSON.stringify(misses)}`
}

/** The same server, with no request so far. */
function forget({ log, misses, state }: Replay): void {
  log.length = 0
  misses.length = 0
  state.hits = {}
}

/** An API counts one less; the data leaves the totals of the answer, and those of its headers, as they were. */
function withLowerTotals(changed: Entry, { deletion, exchanges }: Entry): Entry {
  if (!deletion) return changed
  const list = deletion.arrayPath.reduce<unknown>(
    (value, key) => Object(value)[key],
    exchanges[deletion.exchange]?.response.json,
  )
  const count = Array.isArray(list) ? list.length : Number.NaN
  const response = changed.exchanges[deletion.exchange]?.response
  if (!response) return changed
  const lowered = (value: unknown): unknown => {
    if (Number(value) === count && (typeof value === 'number' || typeof value === 'string'))
      return typeof value === 'number' ? count - 1 : String(count - 1)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const fields = Object.entries(value).map(([name, each]) => {
      const isNested = typeof each === 'object'
      return [name, isNested || /total|count|size|found|hits/i.test(name) ? lowered(each) : each]
    })
    return Object.fromEntries(fields)
  }
  response.json = lowered(response.json)
  response.headers = lowered(response.headers) as Record<string, string> // only texts differ
  return changed
}

/** Exactly these records are gone, and no other. */
function deletionsDifference(
  before: Record<string, { id: string }[]>,
  after: Record<string, { id: string }[]>,
  wanted: Record<string, string[]>,
): string | undefined {
  for (const [model, rows] of Object.entries(before)) {
    const left = new Set(after[model]?.map(({ id }) => String(id)))
    const gone = rows.map(({ id }) => String(id)).filter((id) => !left.has(id))
    const should = (wanted[model] ?? []).map(String)
    if (gone.toSorted().join() !== should.toSorted().join())
      return `${model}: deleted ${gone} instead of ${should}`
  }
  return undefined
}
