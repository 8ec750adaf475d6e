import { recordedIssues } from '@syncline/example-github-issues/recorded'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONNECTION, INTEGRATION, type Story, SYNC, tellStory } from './story.ts'

let story: Story
let lastCursor: string

beforeAll(async () => {
  story = await tellStory({ items: recordedIssues() })
})
afterAll(() => story?.[Symbol.asyncDispose]())

const at = { provider_config_key: INTEGRATION, connection_id: CONNECTION }

test('a connection gets its schedule at once, and its first run needs no trigger', async () => {
  await eventually(async () => expect(await story.records('GithubIssue')).toHaveLength(13), {
    timeoutMs: 30_000,
  })
})

test('pages by cursor give each record once, in order of change', async () => {
  const records = await story.records('GithubIssue', { limit: 4 })
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
  expect(await story.run()).toMatchObject({ reason: null })
  expect(await story.records('GithubIssue', { cursor: lastCursor })).toEqual([])
})

test('a changed issue is the only record after the cursor, as UPDATED', async () => {
  story.replay.change(3, { title: 'A better title' })
  expect(await story.run()).toMatchObject({ result: { GithubIssue: { added: 0, updated: 1, deleted: 0 } } })
  const changes = await story.records('GithubIssue', { cursor: lastCursor })
  expect(changes).toMatchObject([
    { number: 3, title: 'A better title', _nango_metadata: { last_action: 'UPDATED', deleted_at: null } },
  ])
  lastCursor = changes[0]?._nango_metadata.cursor ?? ''
})

test('an issue added at the source comes as ADDED', async () => {
  const { number } = story.replay.add({ title: 'Something new' })
  await story.run()
  const changes = await story.records('GithubIssue', { cursor: lastCursor })
  expect(changes).toMatchObject([{ number, _nango_metadata: { last_action: 'ADDED' } }])
  lastCursor = changes[0]?._nango_metadata.cursor ?? ''
})

test('an issue deleted at the source comes as DELETED, with its last payload', async () => {
  story.replay.remove(7)
  await story.run()
  const changes = await story.records('GithubIssue', { cursor: lastCursor })
  expect(changes).toMatchObject([
    {
      number: 7,
      title: 'Test issue 7',
      _nango_metadata: { last_action: 'DELETED', deleted_at: expect.any(String) },
    },
  ])
})

test('the status tells all that the seed promises', async () => {
  const { syncs } = await story.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)
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

test('pause stops the schedule, start runs at once', async () => {
  await story.client.pauseSync(INTEGRATION, [SYNC], CONNECTION)
  const paused = await story.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)
  expect(paused.syncs).toMatchObject([{ status: 'PAUSED', nextScheduledSyncAt: null }])
  story.replay.change(2, { title: 'Changed while paused' })
  await story.client.startSync(INTEGRATION, [SYNC], CONNECTION)
  await eventually(
    async () => {
      const records = await story.records('GithubIssue')
      expect(records.find(({ number }) => number === 2)).toMatchObject({ title: 'Changed while paused' })
    },
    { timeoutMs: 20_000 },
  )
})

test('the frequency of one connection changes, and goes back to the default', async () => {
  const set = (frequency: string | null) =>
    story.client.updateSyncConnectionFrequency(INTEGRATION, SYNC, CONNECTION, frequency)
  expect(await set('every 2 hours')).toEqual({ frequency: 'every 2 hours' })
  expect((await story.client.syncStatus(INTEGRATION, '*', CONNECTION)).syncs[0]?.frequency).toBe(
    'every 2 hours',
  )
  await expect(set('every second')).rejects.toMatchObject({ status: 400 })
  expect(await set(null)).toEqual({ frequency: 'every 30 seconds' })
})

test('a variant has records of its own, and deleting it deletes them', async () => {
  const variant = 'second'
  await story.client.createSyncVariant({ ...at, name: SYNC, variant })
  await eventually(async () => expect(await story.records('GithubIssue', { variant })).toHaveLength(13), {
    timeoutMs: 20_000,
  })
  await story.client.deleteSyncVariant({ ...at, name: SYNC, variant })
  expect(await story.records('GithubIssue', { variant })).toEqual([])
  expect((await story.records('GithubIssue')).length).toBe(14)
})

test('prune empties payloads up to a cursor and keeps the rest', async () => {
  const records = await story.records('GithubIssue')
  const until = records[4]?._nango_metadata.cursor ?? ''
  const place = { providerConfigKey: INTEGRATION, connectionId: CONNECTION, model: 'GithubIssue' }
  expect(await story.client.pruneRecords({ ...place, untilCursor: until })).toEqual({
    count: 5,
    has_more: false,
  })
  const after = await story.records('GithubIssue')
  expect(after.map(({ id, _nango_metadata }) => [id, _nango_metadata.cursor])).toEqual(
    records.map(({ id, _nango_metadata }) => [id, _nango_metadata.cursor]),
  )
  expect(after[4]).toEqual({
    id: records[4]?.id,
    _nango_metadata: expect.objectContaining({ pruned_at: expect.any(String) }),
  })
})

test('reset with emptyCache begins anew: every record is ADDED again', async () => {
  const before = await story.records('GithubIssue')
  await story.client.triggerSync(INTEGRATION, [SYNC], CONNECTION, { reset: true, emptyCache: true })
  await eventually(
    async () => {
      const records = await story.records('GithubIssue')
      expect(records).toHaveLength(13)
      expect(records.every(({ _nango_metadata }) => _nango_metadata.last_action === 'ADDED')).toBe(true)
      expect(records[0]?._nango_metadata.cursor).not.toBe(before[0]?._nango_metadata.cursor)
    },
    { timeoutMs: 20_000 },
  )
})
