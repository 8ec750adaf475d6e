import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFiles } from '../src/init/project-files.ts'
import { findFixtures } from '../src/offline/find-fixtures.ts'
import { type OfflineSandboxes, openOfflineSandboxes } from '../src/offline/offline-sandboxes.ts'
import { replayFixture } from '../src/offline/replay-fixture.ts'
import { SyncSources } from '../src/offline/sync-sources.ts'
import { testFixture } from '../src/offline/test-fixture.ts'

let sandboxes: OfflineSandboxes
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>
let fixture: string
let sources: SyncSources
const file = (name: string) => join(folder.path, 'github', name)

beforeAll(async () => {
  sandboxes = await openOfflineSandboxes()
  folder = await mkdtempDisposable(join(tmpdir(), 'syncline-test-'))
  for (const [path, text] of Object.entries(projectFiles('example', '1.0.0'))) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true })
    await writeFile(join(folder.path, path), text)
  }
  fixture = await readFile(file('fixtures/issues.json'), 'utf8')
  sources = new SyncSources(folder.path, sandboxes.describe)
})
afterAll(async () => {
  await sandboxes[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const changed = (change: (fixture: { expected: object }) => unknown) =>
  JSON.stringify(change(JSON.parse(fixture)))

/** Tests a fixture of this text. Each sync is bundled once. */
async function tested(text: string, { update = false } = {}) {
  await writeFile(file('fixtures/one.json'), text)
  return testFixture(
    { integration: 'github', file: file('fixtures/one.json') },
    { sources, sandboxes, update },
  )
}

test('the fixtures of a folder are found, and one passes that is as expected', async () => {
  expect(await findFixtures(folder.path)).toEqual([
    { integration: 'github', file: file('fixtures/issues.json') },
  ])
  expect(await tested(fixture)).toMatchObject({
    ok: true,
    sync: 'github/issues',
    differences: [],
    unused: [],
  })
})

test('what is not as expected fails, and becomes what is expected with update', async () => {
  const other = changed(({ expected, ...rest }) => ({
    ...rest,
    expected: { ...expected, checkpoint: null },
  }))
  const differences = ['checkpoint: expected null, got {"since":"2026-01-04T10:00:00Z"}']
  expect(await tested(other)).toMatchObject({ ok: false, updated: false, differences })
  expect(await tested(other, { update: true })).toMatchObject({ ok: true, updated: true, differences: [] })
  expect(JSON.parse(await readFile(file('fixtures/one.json'), 'utf8')).expected).toEqual(
    JSON.parse(fixture).expected,
  )
  const without = changed(({ expected: _, ...rest }) => rest)
  expect(await tested(without)).toMatchObject({
    ok: false,
    differences: [expect.stringContaining('--update')],
  })
})

test('a request without an answer fails, whatever is expected, and is not written as expected', async () => {
  const text = changed((all) => ({ ...all, exchanges: [], expected: { error: 'no answer' } }))
  expect(await tested(text, { update: true })).toMatchObject({
    ...{ ok: false, updated: false, differences: [expect.stringContaining('it has no exchanges')] },
  })
})

test('a broken fixture, an unknown sync and one that does not compile fail by themselves', async () => {
  expect(await tested('{')).toMatchObject({
    ok: false,
    differences: [expect.stringMatching(/one\.json: is not JSON/)],
  })
  expect(await tested(changed((all) => ({ ...all, integration: 'gitlab' })))).toMatchObject({
    differences: [expect.stringContaining("integration: it is 'gitlab', in the folder of 'github'")],
  })
  expect(await tested(changed((all) => ({ ...all, sync: 'none' })))).toMatchObject({
    differences: [expect.stringContaining("has no sync 'github/none'; it has: github/issues")],
  })
  await writeFile(file('syncs/broken.ts'), 'export default createSync({')
  expect(await tested(changed((all) => ({ ...all, sync: 'broken' })))).toMatchObject({
    differences: [expect.stringMatching(/^broken\.ts:1:\d+: /)],
  })
})

test('an error of the function names the line of its source', async () => {
  const sync = await readFile(file('syncs/issues.ts'), 'utf8')
  const failing = sync.replace('const checkpoint =', `throw new Error('broken')\n    const checkpoint =`)
  await writeFile(file('syncs/failing.ts'), failing)
  const { differences } = await tested(changed((all) => ({ ...all, sync: 'failing' })))
  expect(differences).toEqual([expect.stringMatching(/^the run failed: broken \(at failing\.ts:23:\d+\)$/)])
})

test('a fixture is replayed as a preview of its run', async () => {
  const replay = { folder: folder.path, sync: 'github/issues', file: file('fixtures/issues.json') }
  const { preview } = await replayFixture(replay)
  expect(preview).toMatchObject({
    outcome: 'success',
    models: [{ model: 'Issue', added: 2, updated: 1, unchanged: 1, deleted: 0 }],
  })
  await expect(replayFixture({ ...replay, sync: 'github/other' })).rejects.toThrow('is of github/issues')
})
