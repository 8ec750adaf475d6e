import { execFile } from 'node:child_process'
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleFunction } from '@syncline/functions'
import type { PreviewResult } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONNECTION, type ExampleSystem, INTEGRATION, startExampleSystem } from './example-system.ts'
import { differences, ourData, ourQuietData } from './our-data.ts'
import { changesSince, foretoldChanges } from './preview-changes.ts'
import { json, type StandInApi, startStandInApi } from './stand-in-api.ts'

const CLI = join(import.meta.dirname, '../cli/src/main.ts')
const ACME = 'acme'
const at = { providerConfigKey: ACME, connectionId: CONNECTION }

const items = (from: number, to: number, fields = {}) =>
  Array.from({ length: to - from }, (_, i) => ({ id: `i${from + i}`, title: 'a title', ...fields }))

/** The bodies of syncs, and what their API answers in each round. */
const functions: Record<string, { exec: string; rounds: unknown[] }> = {
  plain: {
    exec: `await nango.batchSave(data.items, 'Item')`,
    rounds: [{ items: items(0, 20) }, { items: [...items(0, 5, { title: 'another' }), ...items(15, 25)] }],
  },
  merged: {
    exec: `await nango.batchSave(data.whole, 'Item')
           await nango.batchUpdate(data.parts, 'Item')`,
    rounds: [
      {
        whole: items(0, 5),
        parts: [
          { id: 'i1', user: { name: 'x' } },
          { id: 'unknown', title: 'z' },
        ],
      },
      {
        whole: [],
        parts: [
          { id: 'i1', user: { age: 4 } },
          { id: 'i2', title: 'a title' },
        ],
      },
    ],
  },
  deleted: {
    exec: `await nango.batchSave(data.items, 'Item')
           await nango.batchDelete(data.gone, 'Item')`,
    rounds: [
      { items: items(0, 6), gone: [{ id: 'i5' }, { id: 'never' }] },
      { items: items(5, 7), gone: [{ id: 'i0' }, { id: 'i6' }] },
    ],
  },
  tracked: {
    exec: `await nango.trackDeletesStart('Item')
           await nango.batchSave(data.items, 'Item')
           await nango.trackDeletesEnd('Item')`,
    rounds: [{ items: items(0, 30) }, { items: items(4, 31) }],
  },
  guarded: {
    exec: `await nango.trackDeletesStart('Item')
           await nango.batchSave(data.items, 'Item')
           await nango.trackDeletesEnd('Item')`,
    rounds: [{ items: items(0, 30) }, { items: items(0, 2, { title: 'new' }) }],
  },
  paged: {
    exec: `const { next = 0 } = (await nango.getCheckpoint()) ?? {}
           await nango.batchSave(data.items.slice(next, next + 3), 'Item')
           await nango.saveCheckpoint({ next: next + 3 })
           let count = 0
           for await (const record of nango.listRecords('Item')) count++
           await nango.batchSave([{ id: 'count', count }], 'Tally')`,
    rounds: [{ items: items(0, 9) }, { items: items(0, 9) }],
  },
  remembers: {
    exec: `const known = await nango.getMetadata()
           await nango.updateMetadata({ seen: (known?.seen ?? 0) + data.items.length })
           await nango.batchSave([{ id: 'meta', metadata: await nango.getMetadata() }], 'Item')`,
    rounds: [{ items: items(0, 3) }, { items: items(0, 4) }],
  },
  fails: {
    exec: `await nango.batchSave(data.items, 'Item')
           await nango.saveCheckpoint({ done: data.items.length })
           throw new Error('page 2 is broken')`,
    rounds: [{ items: items(0, 3) }, { items: items(1, 5, { title: 'changed' }) }],
  },
}
const names = Object.keys(functions)
const modelOf = (name: string, kind: string) => `${name[0]?.toUpperCase()}${name.slice(1)}${kind}`
const modelsOf = (name: string) => [modelOf(name, 'Item'), modelOf(name, 'Tally')]

let api: StandInApi
let example: ExampleSystem
let folder: string
let round = 0
const bundles = new Map<string, string>()
const open = new AsyncDisposableStack()

beforeAll(async () => {
  api = open.use(await startStandInApi())
  for (const name of names)
    api.on(`/${name}`, (_, response) => json(response, functions[name]?.rounds[round]))
  example = open.use(
    await startExampleSystem({
      items: [],
      egress: [api.host],
      // No job moves superseded versions between two snapshots.
      env: { RECORDS_HISTORY_DAYS: '0' },
    }),
  )
  const { client } = example
  await client.integrations.create({
    uniqueKey: ACME,
    provider: 'private-api',
    baseUrl: api.url,
    auth: { type: 'none' },
  })
  await client.connections.create({
    providerConfigKey: ACME,
    connectionId: CONNECTION,
    credentials: { type: 'NONE' },
  })
  folder = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-previews-'))).path
  await mkdir(join(folder, ACME, 'syncs'), { recursive: true })
  for (const name of names) {
    const file = await writeSync(name, functions[name]?.exec ?? '')
    bundles.set(name, (await bundleFunction({ kind: 'sync', integration: ACME, name, file })).text)
  }
})
afterAll(() => open.disposeAsync())

async function writeSync(name: string, exec: string): Promise<string> {
  const file = join(folder, ACME, 'syncs', `${name}.ts`)
  await writeFile(
    file,
    `import { createSync } from '@syncline/sdk'
import { z } from 'zod'
export default createSync({
  description: 'a test',
  frequency: 'every day',
  autoStart: false,
  validate: 'off',
  models: { ${modelsOf(name)
    .map((model) => `${model}: z.object({ id: z.string() })`)
    .join(', ')} },
  exec: async (nango) => {
    const { data } = await nango.get({ endpoint: '/${name}' })
    ${exec.replaceAll(/'(Item|Tally)'/g, (_, kind) => `'${modelOf(name, kind)}'`)}
  },
})
`,
  )
  return file
}

async function cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { system, key } = example
  const env = { PATH: process.env.PATH, SYNCLINE_URL: system.url, SYNCLINE_KEY: key }
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--no-warnings', CLI, ...args], {
      env,
    })
    return { code: 0, stdout, stderr }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string } // as execFile rejects
  }
}

async function preview(name: string, more: { limit?: number } = {}): Promise<PreviewResult> {
  const { previews } = example.client
  const { id } = await previews.create({
    ...{ provider_config_key: ACME, connection_id: CONNECTION, sync: name, samples: 1000, validate: 'off' },
    ...{ bundle: String(bundles.get(name)), models: modelsOf(name), ...more },
  })
  return previews.wait(id, { deadlineMs: 60_000 })
}

/** Triggers all syncs, and waits for the ends of their runs. */
async function runAll() {
  const { client } = example
  const { runs } = await client.syncs.trigger({
    providerConfigKey: ACME,
    syncs: names,
    connectionId: CONNECTION,
  })
  expect(runs).toHaveLength(names.length)
  const ended = await Promise.all((runs ?? []).map(({ id }) => client.runs.wait(id, { deadlineMs: 60_000 })))
  return new Map(ended.map((run) => [run.sync_name, run]))
}

test('what a preview says is what the run does that follows, and nothing of ours differs before and after it', async () => {
  const { client } = example
  const deployed = await cli('deploy', folder, '--yes')
  expect(deployed.code, deployed.stderr).toBe(0)
  // The example's own sync runs every 30 seconds.
  await client.syncs.pause({ providerConfigKey: INTEGRATION, syncs: [] })
  for (round = 0; round < 2; round++) {
    const before = round === 1 ? await ourQuietData(example.system) : undefined
    const results = new Map(
      await Promise.all(names.map(async (name) => [name, await preview(name)] as const)),
    )
    if (before) expect(differences(before, await ourData(example.system))).toEqual([])

    const since = new Date().toISOString()
    const runs = await runAll()
    const { schedules } = await client.schedules.list({ providerConfigKey: ACME })
    const { metadata } = await client.connections.get({ providerConfigKey: ACME, connectionId: CONNECTION })
    for (const name of names) {
      const [result, run] = [results.get(name), runs.get(name)]
      if (!result || !run) throw new Error(`${name} has no preview, or no run`)
      const context = `${name}, round ${round}`
      expect(result.outcome, context).toBe(run.reason ?? 'success')
      expect(result.error?.message ?? null, context).toBe(run.error)
      expect(run.result, context).toMatchObject(
        Object.fromEntries(
          result.models.map(({ model, added, updated, deleted }) => [model, { added, updated, deleted }]),
        ),
      )
      expect(await changesSince(client, { ...at, models: modelsOf(name) }, since), context).toEqual(
        foretoldChanges(result),
      )
      expect(schedules.find((it) => it.name === name)?.checkpoint, context).toEqual(result.checkpoint.after)
      if (result.metadata) expect(metadata, context).toEqual(result.metadata.after)
      expect(result.warnings.join('; ') || null, context).toBe(run.warning)
      expect(result.requests, context).toMatchObject({ count: 1, failed: 0 })
    }
    expect(results.get('fails')?.error?.source).toMatch(/^fails\.ts:13:/)
    expect(results.get('guarded')?.models[0]?.deletion?.held_back ?? null).toEqual(
      round === 0 ? null : expect.stringContaining('28 of the 30 records'),
    )
  }
})

test('dryrun shows what the code of a folder would change, keeps a fixture, and its exit code says how it ended', async () => {
  round = 1
  const inFolder = ['--folder', folder]
  await writeSync('plain', `${functions.plain?.exec}\nawait nango.saveCheckpoint({ page: 2 })`)
  const fixture = join(folder, ACME, 'fixtures/plain.json')
  const shown = await cli('dryrun', `${ACME}/plain`, CONNECTION, ...inFolder, '--record', fixture)
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed.') })
  expect(shown.stdout).toMatch(
    /PlainItem: 25 records, 25 afterwards\n {2}added +0\n {2}updated +0\n {2}unchanged +15\n/,
  )
  expect(shown.stdout).toContain('Checkpoint: none → {"page":2}')
  const kept = JSON.parse(await readFile(fixture, 'utf8'))
  expect(kept).toMatchObject({
    ...{ integration: ACME, sync: 'plain', initial: { checkpoint: null } },
    exchanges: [{ kind: 'http', request: { method: 'GET', endpoint: '/plain' }, response: { status: 200 } }],
  })
  expect(kept.initial.records.PlainItem).toHaveLength(25)

  await writeSync('plain', "await nango.get({ endpoint: '/nothing' })")
  const failed = await cli('dryrun', `${ACME}/plain`, CONNECTION, ...inFolder, '--json')
  expect(failed.code).toBe(1)
  expect(JSON.parse(failed.stdout)).toMatchObject({
    outcome: 'failed',
    error: { source: expect.stringMatching(/acme\/syncs\/plain\.ts:11:/) },
    requests: { count: 2, failed: 1, by_url: [{ url: '/plain' }, { url: '/nothing', statuses: { 404: 1 } }] },
  })
  await writeSync('plain', `await nango.batchSave([{ id: 'i1', title: 'of the new code' }], 'Item')`)
  const diff = await cli('deploy', folder, '--diff', '--on', CONNECTION, '--dry-run', '--json')
  expect(diff.code, diff.stderr).toBe(2)
  const { previews } = JSON.parse(diff.stdout)
  expect(previews).toMatchObject([{ sync: 'acme/plain', result: { models: [{ updated: 1 }, { added: 0 }] } }])
  expect((await cli('dryrun', `${ACME}/unknown`, CONNECTION, ...inFolder)).stderr).toContain(
    "no sync 'acme/unknown'",
  )
})

test('a limit stops a preview, and so does who has asked for it', async () => {
  expect(await preview('paged', { limit: 2 })).toMatchObject({
    outcome: 'limited',
    error: { message: 'it was stopped when 2 records were saved' },
    checkpoint: { after: { next: 6 } },
  })
  const { previews } = example.client
  api.on('/plain', () => {}) // it does not answer
  const { id } = await previews.create({
    ...{ provider_config_key: ACME, connection_id: CONNECTION, sync: 'plain' },
    ...{ bundle: String(bundles.get('plain')), models: modelsOf('plain') },
  })
  await eventually(async () => expect((await previews.get(id)).progress).not.toBeNull())
  await previews.cancel(id)
  expect(await previews.wait(id)).toMatchObject({
    outcome: 'cancelled',
    models: [{ added: 0 }, { added: 0 }],
  })
})
