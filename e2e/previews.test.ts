import { execFile } from 'node:child_process'
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deploy } from '@syncline/example-github-issues/setup'
import { bundleFunction } from '@syncline/functions'
import type { PreviewResult } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmptySystem, startEmptySystem } from './empty-system.ts'
import { differences, ourData, ourQuietData } from './our-data.ts'
import { changesSince, foretoldChanges } from './preview-changes.ts'
import { json, type StandInApi, startStandInApi } from './stand-in-api.ts'

const CLI = join(import.meta.dirname, '../cli/src/main.ts')
const ACME = 'acme'
const CONNECTION = 'demo'
const at = { providerConfigKey: ACME, connectionId: CONNECTION }

const items = (from: number, to: number, fields = {}) =>
  Array.from({ length: to - from }, (_, i) => ({ id: `i${from + i}`, title: 'a title', ...fields }))

/** The bodies of syncs, and what their API answers in each round. */
const functions: Record<string, { exec: string; rounds: unknown[] }> = {
  changes: {
    exec: `await nango.batchSave(data.whole, 'Item')
           await nango.batchUpdate(data.parts, 'Item')
           await nango.batchDelete(data.gone, 'Item')`,
    rounds: [
      {
        whole: items(0, 20),
        parts: [
          { id: 'i1', user: { name: 'x' } },
          { id: 'unknown', title: 'z' },
        ],
        gone: [{ id: 'i5' }, { id: 'never' }],
      },
      {
        whole: [...items(0, 4, { title: 'another' }), ...items(15, 25)],
        parts: [
          { id: 'i1', user: { age: 4 } },
          { id: 'i2', title: 'another' },
        ],
        gone: [{ id: 'i7' }, { id: 'i24' }],
      },
    ],
  },
  // In the second round 4 records are deleted, the guard keeps the tallies, and items have a new field.
  tracked: {
    exec: `await nango.trackDeletesStart('Item')
           await nango.trackDeletesStart('Tally')
           await nango.batchSave(data.items, 'Item')
           await nango.batchSave(data.tallies, 'Tally')
           await nango.trackDeletesEnd('Item')
           await nango.trackDeletesEnd('Tally')`,
    rounds: [
      { items: items(0, 30), tallies: items(0, 30) },
      { items: items(4, 31, { color: 'red' }), tallies: items(0, 2, { title: 'new' }) },
    ],
  },
  remembers: {
    exec: `const { next = 0 } = (await nango.getCheckpoint()) ?? {}
           await nango.batchSave(data.items.slice(next, next + 3), 'Item')
           await nango.saveCheckpoint({ next: next + 3 })
           const known = await nango.getMetadata()
           await nango.updateMetadata({ seen: (known?.seen ?? 0) + data.items.length })
           let count = 0
           for await (const record of nango.listRecords('Item')) count++
           await nango.batchSave([{ id: 'count', count, metadata: await nango.getMetadata() }], 'Tally')`,
    rounds: [{ items: items(0, 9) }, { items: items(0, 10) }],
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
let ours: EmptySystem
let folder: string
let round = 0
const bundles = new Map<string, string>()
const open = new AsyncDisposableStack()

beforeAll(async () => {
  api = open.use(await startStandInApi())
  for (const name of names) serve(name)
  ours = open.use(
    await startEmptySystem({
      egress: [api.host],
      // No job moves superseded versions between two snapshots.
      env: { RECORDS_HISTORY_DAYS: '0' },
    }),
  )
  const { client } = ours
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
  await deploy(folder, ours.system.url, ours.key)
})
afterAll(() => open.disposeAsync())

const serve = (name: string) =>
  api.on(`/${name}`, (_, response) => json(response, functions[name]?.rounds[round]))

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
  const { system, key } = ours
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

async function beginPreview(name: string, more: { limit?: number } = {}): Promise<string> {
  const { id } = await ours.client.previews.create({
    ...{ provider_config_key: ACME, connection_id: CONNECTION, sync: name, samples: 1000, validate: 'off' },
    ...{ bundle: String(bundles.get(name)), models: modelsOf(name), ...more },
  })
  return id
}

const ended = (id: string) => ours.client.previews.wait(id, { deadlineMs: 150_000 })

const preview = async (name: string, more: { limit?: number } = {}) => ended(await beginPreview(name, more))

/** Triggers all syncs, and waits for the ends of their runs. */
async function runAll() {
  const { client } = ours
  const { runs } = await client.syncs.trigger({
    providerConfigKey: ACME,
    syncs: names,
    connectionId: CONNECTION,
  })
  expect(runs).toHaveLength(names.length)
  const ended = await Promise.all((runs ?? []).map(({ id }) => client.runs.wait(id, { deadlineMs: 150_000 })))
  return new Map(ended.map((run) => [run.sync_name, run]))
}

/** Previews of all syncs, and runs of all syncs, which do the same. */
async function previewThenRun(
  between: () => Promise<void> = async () => {},
): Promise<Map<string, PreviewResult>> {
  const { client } = ours
  const results = new Map(await Promise.all(names.map(async (name) => [name, await preview(name)] as const)))
  await between()
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
    expect(run.result, context).toEqual(
      Object.fromEntries(
        result.models.map(({ model, added, updated, unchanged, deleted }) => [
          model,
          { added, updated, unchanged, deleted },
        ]),
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
  return results
}

test('what a preview says is what the first run does', async () => {
  const results = await previewThenRun()
  expect(results.get('fails')?.error?.source).toMatch(/^fails\.ts:13:/)
})

test('dryrun shows what the code of a folder would change, keeps a fixture, and its exit code says how it ended', async () => {
  round = 1
  const inFolder = ['--folder', folder]
  const fixture = join(folder, ACME, 'fixtures/changes.json')
  await writeSync('changes', `${functions.changes?.exec}\nawait nango.saveCheckpoint({ page: 2 })`)
  await writeSync('fails', "await nango.get({ endpoint: '/nothing' })")
  const [shown, failed, unknown] = await Promise.all([
    cli('dryrun', `${ACME}/changes`, CONNECTION, ...inFolder, '--record', fixture),
    cli('dryrun', `${ACME}/fails`, CONNECTION, ...inFolder, '--json'),
    cli('dryrun', `${ACME}/unknown`, CONNECTION, ...inFolder),
  ])
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed.') })
  expect(shown.stdout).toMatch(
    /ChangesItem: 19 records, 22 afterwards\n {2}added +5 .*\n {2}updated +5 .*\n +4 {2}title: .*\n.*\n {2}unchanged +6\n {2}deleted +2 .*i7, i24\n/,
  )
  expect(shown.stdout).toContain('Checkpoint: none → {"page":2}')
  const kept = JSON.parse(await readFile(fixture, 'utf8'))
  expect(kept).toMatchObject({
    ...{ integration: ACME, sync: 'changes', initial: { checkpoint: null } },
    exchanges: [
      { kind: 'http', request: { method: 'GET', endpoint: '/changes' }, response: { status: 200 } },
    ],
  })
  expect(kept.initial.records.ChangesItem).toHaveLength(19)

  expect(failed.code).toBe(1)
  expect(JSON.parse(failed.stdout)).toMatchObject({
    outcome: 'failed',
    error: { source: expect.stringMatching(/acme\/syncs\/fails\.ts:11:/) },
    requests: { count: 2, failed: 1, by_url: [{ url: '/fails' }, { url: '/nothing', statuses: { 404: 1 } }] },
  })
  expect(unknown.stderr).toContain("no sync 'acme/unknown'")
})

test('deploy --diff shows what each changed sync of a folder would change', async () => {
  await writeSync('fails', functions.fails?.exec ?? '')
  await writeSync('changes', `await nango.batchSave([{ id: 'i1', title: 'of the new code' }], 'Item')`)
  const diff = await cli('deploy', folder, '--diff', '--on', CONNECTION, '--dry-run', '--json')
  expect(diff.code, diff.stderr).toBe(2)
  const { previews } = JSON.parse(diff.stdout)
  const models = [{ updated: 1 }, { added: 0 }]
  expect(previews).toMatchObject([{ sync: 'acme/changes', result: { models } }])
})

test('a limit stops a preview, and so does who has asked for it', async () => {
  expect(await preview('remembers', { limit: 2 })).toMatchObject({
    outcome: 'limited',
    error: { message: 'it was stopped when 2 records were saved' },
    checkpoint: { before: { next: 3 }, after: { next: 3 } },
  })
  const { previews } = ours.client
  api.on('/changes', () => {}) // it does not answer
  const id = await beginPreview('changes')
  await eventually(async () => expect((await previews.get(id)).progress).not.toBeNull())
  await previews.cancel(id)
  expect(await previews.wait(id)).toMatchObject({
    outcome: 'cancelled',
    models: [{ added: 0 }, { added: 0 }],
  })
  serve('changes')
})

test('a preview whose gateway is killed has its result, one whose runner is killed ends in doubt, and nothing of ours differs', async () => {
  const { system } = ours
  const before = await ourQuietData(system)
  const begun = async () => {
    const asked = Promise.withResolvers<ServerResponse>()
    api.on('/changes', (_, response) => asked.resolve(response))
    const id = await beginPreview('changes')
    return { id, response: await asked.promise }
  }
  const kill = (name: 'gateway' | 'runner') =>
    process.kill(system.processes.get(name)?.pid ?? Number.NaN, 'SIGKILL')
  const first = await begun()
  kill('gateway')
  json(first.response, functions.changes?.rounds[1])
  // A client that has not got any answer yet takes the gateway for absent.
  await eventually(() => ours.client.previews.get(first.id), { timeoutMs: 60_000 })
  expect(await ended(first.id)).toMatchObject({ outcome: 'success', error: null })
  const second = await begun()
  kill('runner')
  await expect(ended(second.id)).rejects.toMatchObject({ code: 'in_doubt' })
  serve('changes')
  expect(differences(before, await ourData(system))).toEqual([])
})

test('what a preview says is what the second run does, and nothing of ours differs before and after it', async () => {
  round = 1
  const before = await ourQuietData(ours.system)
  const results = await previewThenRun(async () => {
    expect(differences(before, await ourData(ours.system))).toEqual([])
  })
  expect(results.get('tracked')?.models[1]?.deletion?.held_back).toContain('28 of the 30 records')
  expect(results.get('tracked')?.warnings).toContain("model 'TrackedItem': fields new: color")
})
