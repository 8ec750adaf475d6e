import { recordedIssues } from '@syncline/example-github-issues/recorded'
import { Syncline } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CONNECTION,
  type ExampleSystem,
  INTEGRATION,
  runsOf,
  SYNC,
  startExampleSystem,
} from './example-system.ts'

let example: ExampleSystem
let lastCursor: string

beforeAll(async () => {
  example = await startExampleSystem({ items: recordedIssues() })
})
afterAll(() => example?.[Symbol.asyncDispose]())

const endedRuns = async () => (await runsOf(example.client)).filter(({ state }) => state === 'ended')

const at = { provider_config_key: INTEGRATION, connection_id: CONNECTION }

test('a connection gets its schedule at once, and its first run needs no trigger', async () => {
  await eventually(async () => expect(await example.records('GithubIssue')).toHaveLength(13))
})

test('pages by cursor give each record once, in order of change', async () => {
  const records = await example.records('GithubIssue', { limit: 4 })
  expect(records.map(({ number }) => number).sort((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 13 }, (_, n) => n + 1),
  )
  const cursors = records.map(({ _nango_metadata }) =>
    Buffer.from(_nango_metadata.cursor, 'base64').toString(),
  )
  expect(cursors).toEqual(cursors.toSorted())
  expect(records.every(({ _nango_metadata }) => _nango_metadata.last_action === 'ADDED')).toBe(true)
  lastCursor = records.at(-1)?._nango_metadata.cursor ?? ''
})

test('a run over an unchanged source moves nothing', async () => {
  expect(await example.run()).toMatchObject({ reason: null })
  expect(await example.records('GithubIssue', { cursor: lastCursor })).toEqual([])
})

test('a changed issue is the only record after the cursor, as UPDATED', async () => {
  const before = new Set((await endedRuns()).map(({ id }) => id))
  example.replay.change(3, { title: 'A better title' })
  await example.run()
  // The schedule's own run, every 30 seconds, may save the change before the triggered one does.
  const counts = (await endedRuns())
    .filter(({ id }) => !before.has(id))
    .map(({ result }) => result.GithubIssue)
  expect(counts).toContainEqual(expect.objectContaining({ added: 0, updated: 1, deleted: 0 }))
  expect(counts.reduce((sum, count) => sum + (count?.updated ?? 0), 0)).toBe(1)
  const changes = await example.records('GithubIssue', { cursor: lastCursor })
  expect(changes).toMatchObject([
    { number: 3, title: 'A better title', _nango_metadata: { last_action: 'UPDATED', deleted_at: null } },
  ])
  lastCursor = changes[0]?._nango_metadata.cursor ?? ''
})

test('an issue added at the source comes as ADDED', async () => {
  const { number } = example.replay.add({ title: 'Something new' })
  await example.run()
  const changes = await example.records('GithubIssue', { cursor: lastCursor })
  expect(changes).toMatchObject([{ number, _nango_metadata: { last_action: 'ADDED' } }])
  lastCursor = changes[0]?._nango_metadata.cursor ?? ''
})

test('an issue deleted at the source comes as DELETED, with its last payload', async () => {
  example.replay.remove(7)
  await example.run()
  const changes = await example.records('GithubIssue', { cursor: lastCursor })
  expect(changes).toMatchObject([
    {
      number: 7,
      title: 'Test issue 7',
      _nango_metadata: { last_action: 'DELETED', deleted_at: expect.any(String) },
    },
  ])
})

test('the status tells all that the seed promises', async () => {
  // Not while the schedule's own run is under way: eventually.
  await eventually(async () => {
    const { syncs } = await example.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)
    expect(syncs).toMatchObject([
      {
        id: expect.any(String),
        name: SYNC,
        status: 'SUCCESS',
        frequency: 'every 30 seconds',
        finishedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
        nextScheduledSyncAt: expect.stringMatching(/Z$/),
        checkpoint: { highest: 14, total: 13 },
        latestResult: expect.anything(),
        recordCount: { GithubIssue: 13, GithubPullRequest: 0 },
      },
    ])
  })
})

test('pause stops the schedule, start runs at once', async () => {
  await example.client.pauseSync(INTEGRATION, [SYNC], CONNECTION)
  const paused = await example.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)
  expect(paused.syncs).toMatchObject([{ status: 'PAUSED', nextScheduledSyncAt: null }])
  example.replay.change(2, { title: 'Changed while paused' })
  await example.client.startSync(INTEGRATION, [SYNC], CONNECTION)
  await eventually(async () => {
    const records = await example.records('GithubIssue')
    expect(records.find(({ number }) => number === 2)).toMatchObject({ title: 'Changed while paused' })
  })
})

test('the frequency of one connection changes, and goes back to the default', async () => {
  const set = (frequency: string | null) =>
    example.client.updateSyncConnectionFrequency(INTEGRATION, SYNC, CONNECTION, frequency)
  expect(await set('every 2 hours')).toEqual({ frequency: 'every 2 hours' })
  expect((await example.client.syncStatus(INTEGRATION, '*', CONNECTION)).syncs[0]?.frequency).toBe(
    'every 2 hours',
  )
  await expect(set('every second')).rejects.toMatchObject({ status: 400 })
  expect(await set(null)).toEqual({ frequency: 'every 30 seconds' })
})

test('a variant has records of its own, and deleting it deletes them', async () => {
  const variant = 'second'
  await example.client.createSyncVariant({ ...at, name: SYNC, variant })
  await eventually(async () => expect(await example.records('GithubIssue', { variant })).toHaveLength(13))
  await example.client.deleteSyncVariant({ ...at, name: SYNC, variant })
  expect(await example.records('GithubIssue', { variant })).toEqual([])
  expect((await example.records('GithubIssue')).length).toBe(14)
})

test('prune empties payloads up to a cursor and keeps the rest', async () => {
  const records = await example.records('GithubIssue')
  const until = records[4]?._nango_metadata.cursor ?? ''
  const place = { providerConfigKey: INTEGRATION, connectionId: CONNECTION, model: 'GithubIssue' }
  expect(await example.client.pruneRecords({ ...place, untilCursor: until })).toEqual({
    count: 5,
    has_more: false,
  })
  const after = await example.records('GithubIssue')
  expect(after.map(({ id, _nango_metadata }) => [id, _nango_metadata.cursor])).toEqual(
    records.map(({ id, _nango_metadata }) => [id, _nango_metadata.cursor]),
  )
  expect(after[4]).toEqual({
    id: records[4]?.id,
    _nango_metadata: expect.objectContaining({ pruned_at: expect.any(String) }),
  })
})

test('reset with emptyCache begins anew: every record is ADDED again', async () => {
  const before = await example.records('GithubIssue')
  await example.client.triggerSync(INTEGRATION, [SYNC], CONNECTION, { reset: true, emptyCache: true })
  await eventually(async () => {
    const records = await example.records('GithubIssue')
    expect(records).toHaveLength(13)
    expect(records.every(({ _nango_metadata }) => _nango_metadata.last_action === 'ADDED')).toBe(true)
    expect(records[0]?._nango_metadata.cursor).not.toBe(before[0]?._nango_metadata.cursor)
  })
})

// biome-ignore lint/suspicious/noExplicitAny: of any route
async function admin(method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(example.system.url + path, {
    method,
    headers: { authorization: `Bearer ${example.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

// Last: the environment of the other tests is gone then.
test('an environment that is deleted and made again has no runs of the one before', async () => {
  expect((await example.client.runs.list({})).runs.length).toBeGreaterThan(0)
  const { environments } = await admin('GET', '/environments')
  expect(environments).toHaveLength(1)
  const { name } = environments[0]
  // A scheduler that is away sees the whole deletion at once.
  const scheduler = example.system.processes.get('scheduler')?.pid ?? 0
  example.kill('scheduler', 'SIGSTOP')
  try {
    await admin('DELETE', `/environments/${name}?confirm=${name}`)
  } finally {
    process.kill(scheduler, 'SIGCONT')
  }
  // While the catalog lacks the environment: only the command tells this from a catalog that was lost.
  await eventually(async () => {
    const metrics = await fetch(`${example.system.processes.get('scheduler')?.url}/metrics`)
    expect(await metrics.text()).toMatch(/commands_total\{[^}]*removeEnvironment[^}]*done/)
  })
  await admin('POST', '/environments', { name })
  const { secret } = await admin('POST', `/environments/${name}/keys`, { label: 'again' })
  const again = new Syncline({ secretKey: secret, host: example.system.url })
  expect((await again.runs.list({})).runs).toEqual([])
})
