import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONNECTION, type ExampleSystem, INTEGRATION, logOf, startExampleSystem } from './example-system.ts'

let example: ExampleSystem

beforeAll(async () => {
  example = await startExampleSystem({ items: [], env: { RUN_BLOCKED_MS: '8000' } })
  await deploy(join(import.meta.dirname, 'functions'), example.system.url, example.key)
})
afterAll(() => example?.[Symbol.asyncDispose]())

test('a file that does not compile is refused with file, line and reason, and nothing is deployed', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-broken-'))
  await mkdir(join(folder.path, 'github/syncs'), { recursive: true })
  const text = [
    "import { createSync } from '@syncline/sdk'",
    'export default createSync({',
    "  frequency: 'every hour'",
    '  models: {},',
  ]
  await writeFile(join(folder.path, 'github/syncs/broken.ts'), text.join('\n'))
  await expect(deploy(folder.path, example.system.url, example.key)).rejects.toThrow(
    /broken\.ts:4:3.*Expected "}"/s,
  )
  const { syncs } = await example.client.deployments.list()
  expect(syncs.map(({ name }) => name)).not.toContain('broken')
})

test('a function that throws ends its run with its message; what it saved before stays', async () => {
  const run = await example.run('throws')
  expect(run).toMatchObject({
    reason: 'failed',
    error: expect.stringContaining('the moon is in the wrong phase'),
  })
  expect(await logOf(example.client, run)).toContainEqual(
    expect.stringMatching(/^error .*the moon is in the wrong phase/s),
  )
  expect(await example.records('Thing')).toMatchObject([{ id: 'saved before' }])
  const { attempts } = await example.client.runs.attempts(run.id)
  expect(attempts).toMatchObject([
    {
      attempt: 1,
      outcome: 'failed',
      batches: [{ model: 'Thing', records: 1 }],
      position: { file: 'throws.ts' },
    },
  ])
  const { line, source } = attempts[0]?.position ?? { line: 0, source: [] }
  expect(source.find((row) => row.line === line)?.text).toContain('the moon is in the wrong phase')
  const { syncs } = await example.client.syncStatus(INTEGRATION, ['throws'], CONNECTION)
  expect(syncs).toMatchObject([{ status: 'PAUSED', lastRun: { reason: 'failed' } }])
})

test.each([
  ['loops', 'event_loop_blocked', /event loop/i],
  ['eats-memory', 'out_of_memory', /memory/i],
  ['unknown-model', 'failed', /'Other'.*Known/s],
])("%s ends its run as '%s', and says why", async (sync, reason, message) => {
  const run = await example.run(sync)
  expect(run).toMatchObject({ reason, error: expect.stringMatching(message), sandbox: expect.any(String) })
  expect(run.lastLines.at(-1)).toMatch(message)
  expect((await logOf(example.client, run)).join('\n')).toMatch(message)
})

test('a record without id is skipped with a warning, and its neighbours are saved', async () => {
  const run = await example.run('no-id')
  const warning = expect.stringMatching(/^model 'Nameless': skipped 1 record.*: record 1 \(has no id\)/)
  expect(run).toMatchObject({ reason: null, error: null, warning, result: { Nameless: { added: 1 } } })
  expect((await logOf(example.client, run)).join('\n')).toMatch(/^warn .*record 1 \(has no id\)$/m)
})

test('a function reaches neither network, files, processes nor secrets', async () => {
  const run = await example.run('reaches-out')
  expect(run).toMatchObject({ reason: null })
  expect(await logOf(example.client, run)).toContainEqual('info got through: 0')
})

test('a function that swallows the errors of pages wipes no records: its run succeeds with a warning', async () => {
  expect(await example.run('swallows-errors')).toMatchObject({ reason: null, warning: null })
  const run = await example.run('swallows-errors')
  const warning = expect.stringMatching(/^nothing was deleted: 150 of the 200 records \(75 %\)/)
  expect(run).toMatchObject({ reason: null, error: null, warning, result: { Item: { deleted: 0 } } })
  const { syncs } = await example.client.syncStatus(INTEGRATION, ['swallows-errors'], CONNECTION)
  expect(syncs).toMatchObject([{ recordCount: { Item: 200 }, lastRun: { warning } }])
  expect((await logOf(example.client, run)).join('\n')).toMatch(/^warn model 'Item': nothing was deleted/m)
})

test('what was held back is listed, and deleted by the next run once a person releases it', async () => {
  const where = { providerConfigKey: INTEGRATION, connectionId: CONNECTION }
  const { deletions } = await example.client.heldDeletions.list({ providerConfigKey: INTEGRATION })
  expect(deletions).toMatchObject([
    { model: 'Item', connection_id: CONNECTION, unseen: 150, live: 200, reason: 'guard', released: false },
  ])
  await example.client.heldDeletions.release({ ...where, model: 'Item' })
  expect(await example.run('swallows-errors')).toMatchObject({
    reason: null,
    warning: null,
    result: { Item: { deleted: 150 } },
  })
  expect((await example.client.heldDeletions.list()).deletions).toEqual([])
})

test('the runner that met all of them lives, and works on', async () => {
  const pid = example.system.processes.get('runner')?.pid
  expect(await example.run()).toMatchObject({ reason: null, attempt: 1 })
  expect(example.system.processes.get('runner')?.pid).toBe(pid)
})
