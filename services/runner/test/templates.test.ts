import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AuthScheme } from '@syncline/catalog'
import { RunOutcome } from '@syncline/proto'
import { expect, test } from 'vitest'
import { createWorld, type World } from './world.ts'

const data = join(import.meta.dirname, '../../../../shared/data/templates')
const sources = process.env.TEMPLATES_DIR
const only = process.env.TEMPLATES_ONLY

interface Entry {
  integration: string
  sync: string
  source: string
  models: string[]
  provider: {
    baseUrl: string
    basePath: string
    host: string
    headers: Record<string, string>
    paginate: object | null
  }
  connection: {
    connection_config: object
    metadata: object | null
    credentials: Record<string, string>
    upstreamGetConnection?: object
  }
  initial: { checkpoint: object | null; records: Record<string, { id: string }[]> | null }
  expected: {
    saved: Record<string, { id: string }[]>
    final: Record<string, { sameAsSaved?: boolean; records?: { id: string }[] }>
    volatilePaths: string[]
    ops: { op: string; model?: string; n?: number; value?: object }[]
  }
}

const entries: { id: string; file: string; source: string }[] =
  sources && existsSync(data)
    ? JSON.parse(readFileSync(join(data, 'corpus/index.json'), 'utf8')).entries.filter(
        ({ id }: { id: string }) => !only || id.includes(only),
      )
    : []

// Functions that others wrote, on the answers they were recorded with. They are not part of this project: point
// TEMPLATES_DIR at a checkout of the repository that the data names.
test.runIf(entries.length > 0)(
  'functions of others save what they should',
  { timeout: 1_800_000 },
  async () => {
    const { startReplay } = await import(pathToFileURL(join(data, 'replay-server.mjs')).href)
    const failures: string[] = []
    for (const { id, file } of entries) {
      const entry: Entry = JSON.parse(readFileSync(join(data, 'corpus', file), 'utf8'))
      const replay = await startReplay(entry)
      await using world = await createWorld({ EGRESS_REDIRECT_TO: `http://127.0.0.1:${replay.port}` })
      const fault = await replayed(world, entry, replay).catch((error: Error) => error.message)
      await replay.close()
      if (fault) failures.push(`${id}: ${fault}`)
    }
    console.log(`${entries.length - failures.length} of ${entries.length} as recorded`)
    expect(failures).toEqual([])
  },
)

async function replayed(
  world: World,
  entry: Entry,
  replay: { misses: object[] },
): Promise<string | undefined> {
  const { provider, connection } = entry
  await world.deploy('', {
    file: join(sources ?? '', entry.source),
    models: entry.models,
    integration: {
      provider: entry.integration,
      baseUrl: provider.baseUrl,
      auth: { type: 'none' } satisfies AuthScheme,
      headers: provider.headers,
      ...(provider.paginate && { pagination: provider.paginate as never }),
    },
    connection: {
      metadata: connection.metadata as never,
      connectionConfig: connection.connection_config as never,
    },
    credentials: credentialsOf(connection.credentials),
  })
  for (const [model, records] of Object.entries(entry.initial.records ?? {}))
    world.standIns.put(model, records)
  const end = await world.run({
    checkpoint: entry.initial.checkpoint ? JSON.stringify(entry.initial.checkpoint) : '',
  })
  if (end.outcome !== RunOutcome.SUCCESS)
    return `${end.outcome}: ${end.error} ${JSON.stringify(replay.misses)}`
  if (replay.misses.length > 0) return `asked for what was not recorded: ${JSON.stringify(replay.misses[0])}`
  for (const [model, wanted] of Object.entries(entry.expected.final)) {
    const records = wanted.records ?? last(entry.expected.saved[model] ?? [])
    const volatile = entry.expected.volatilePaths.map((path) => path.split('.').at(-1) ?? '')
    const [got, should] = [world.standIns.saved(model), records].map((list) => comparable(list, volatile))
    if (got !== should) return `${model}: saved ${got?.slice(0, 400)} instead of ${should?.slice(0, 400)}`
  }
  // That a run was incomplete the runner tells the store, not the function: one was recorded with a revoked token.
  const calls = world.standIns.calls.slice(1).filter((call) => !call.startsWith('incomplete '))
  const did = calls.map(withoutValues)
  const should = entry.expected.ops
    .filter(({ n }) => n !== 0)
    .map(asCall)
    .map(withoutValues)
  if (did.join() !== should.join()) return `did ${did.join('; ')} instead of ${should.join('; ')}`
  return undefined
}

/** Those that our catalog has a type for; others come into the recorded headers. */
function credentialsOf({ type, ...fields }: Record<string, string>): object {
  if (type === 'API_KEY') return { type, apiKey: fields.apiKey }
  if (type === 'BASIC') return { type, username: fields.username, password: fields.password }
  if (fields.access_token) return { type: 'OAUTH2', access_token: fields.access_token }
  return { type: 'NONE' }
}

function asCall({ op, model, n, value }: Entry['expected']['ops'][number]): string {
  if (op === 'save' || op === 'delete') return `${op} ${model} ${n}`
  if (op === 'saveCheckpoint') return `checkpoint ${JSON.stringify(value)}`
  return op === 'clearCheckpoint'
    ? 'checkpoint '
    : `${op === 'trackDeletesStart' ? 'trackStart' : 'trackEnd'} ${model}`
}

/** Values of checkpoints depend on the clock; their fields do not. */
function withoutValues(call: string): string {
  const json = call.startsWith('checkpoint {') ? call.slice('checkpoint '.length) : ''
  return json ? `checkpoint ${Object.keys(JSON.parse(json))}` : call
}

function last(records: { id: string }[]): { id: string }[] {
  return [...new Map(records.map((record) => [String(record.id), record])).values()]
}

function comparable(records: { id: string }[], volatile: string[]): string {
  const sorted = records.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
  return JSON.stringify(sorted.map((record) => canonical(record, volatile)))
}

function canonical(value: unknown, volatile: string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => canonical(item, volatile))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([key]) => !volatile.includes(key) && key !== '_nango_metadata')
  return Object.fromEntries(
    fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item, volatile)]),
  )
}
