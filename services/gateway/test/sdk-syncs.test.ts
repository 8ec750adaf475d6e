import { Syncline } from '@syncline/sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { furnish, startWorld, type World } from './world.ts'

let world: World
let syncline: Syncline
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
  syncline = new Syncline({ secretKey: home.key, host: `${world.url}/` })
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  world.commands = []
})

const place = { provider_config_key: 'github', connection_id: 'user-1' }

test('triggerSync, startSync and pauseSync have the signatures of the seed, and give nothing', async () => {
  const syncs = ['issues', { name: 'issues', variant: 'a' }]
  expect(await syncline.triggerSync('github')).toBeUndefined()
  expect(
    await syncline.triggerSync('github', syncs, 'user-1', { reset: true, emptyCache: true }),
  ).toBeUndefined()
  expect(await syncline.startSync('github', syncs, 'user-1')).toBeUndefined()
  expect(await syncline.pauseSync('github', syncs)).toBeUndefined()
  expect(world.commands.map(({ action }) => action?.$case)).toEqual(['trigger', 'trigger', 'start', 'pause'])
})

test('syncStatus takes * or names', async () => {
  world.schedules.listSchedules = async ({ syncs }) => ({
    schedules: [
      { id: 's', sync: 'issues', variant: 'a', providerConfigKey: 'github', frequency: `${syncs.length}` },
    ],
  })
  world.records.countRecords = async () => ({ sizes: [{ live: 842 }] })
  expect((await syncline.syncStatus('github', '*')).syncs[0]).toMatchObject({
    frequency: '0',
    recordCount: { GithubIssue: 842 },
  })
  const named = await syncline.syncStatus('github', ['issues', { name: 'issues', variant: 'a' }], 'user-1')
  expect(named.syncs[0]?.frequency).toBe('2')
})

test('updateSyncConnectionFrequency sets a frequency and gives the one that is set', async () => {
  const update = (sync: Parameters<Syncline['updateSyncConnectionFrequency']>[1], frequency: string | null) =>
    syncline.updateSyncConnectionFrequency('github', sync, 'user-1', frequency)
  expect(await update('issues', 'every hour')).toEqual({ frequency: 'every hour' })
  expect((await update({ name: 'issues', variant: 'a' }, null)).frequency).toBe('every hour')
  await expect(update('issues', 'soon')).rejects.toMatchObject({ status: 400, code: 'invalid_body' })
})

test('a variant is made and deleted', async () => {
  const variant = { ...place, name: 'issues', variant: 'a' }
  expect(await syncline.createSyncVariant(variant)).toEqual({
    id: 'schedule-1',
    name: 'issues',
    variant: 'a',
  })
  expect(await syncline.deleteSyncVariant(variant)).toBeUndefined()
})

test('schedules, why, capacity and cancel', async () => {
  world.schedules.searchSchedules = async ({ filter, sort, descending }) => ({
    schedules: [
      {
        ...{ id: 's', providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'a' },
        state: 'SCHEDULE_STATE_STARTED',
        pausedBecause: JSON.stringify([filter, sort, descending]),
      },
    ],
    nextCursor: 'more',
    total: 7,
  })
  const { schedules, next_cursor } = await syncline.schedules.list({
    ...{ syncs: [{ name: 'issues', variant: 'a' }], reason: ['failing'], tags: { plan: 'pro' }, stale: true },
    failing: true,
    ...{ runState: ['queued'], q: 'acme', version: '3', sort: 'last_run', order: 'desc' },
  })
  expect(next_cursor).toBe('more')
  expect(JSON.parse(schedules[0]?.pausedBecause ?? '')).toEqual([
    {
      ...{ providerConfigKey: '', connectionId: '', syncs: [{ name: 'issues', variant: 'a' }] },
      ...{ states: [], runStates: ['RUN_STATE_QUEUED'], reasons: ['STALE_REASON_FAILING'] },
      ...{ onlyStale: true, onlyFailing: true, tags: { plan: 'pro' }, version: '3', q: 'acme' },
    },
    'SCHEDULE_SORT_LAST_RUN',
    true,
  ])
  world.schedules.listSchedules = async () => ({
    schedules: [{ id: 's', state: 'SCHEDULE_STATE_STARTED', variant: 'a' }],
  })
  world.schedules.listRuns = async () => ({ runs: [{ id: 'run-1' }] })
  expect(
    await syncline.syncs.why({
      providerConfigKey: 'github',
      sync: { name: 'issues', variant: 'a' },
      connectionId: 'user-1',
    }),
  ).toMatchObject({
    schedule: { id: 's', variant: 'a' },
    runs: [{ id: 'run-1' }],
  })
  world.schedules.getCapacity = async () => ({ environment: { name: 'dev', running: 1 } })
  expect(await syncline.schedules.capacity()).toMatchObject({
    environment: { name: 'dev', running: 1 },
    runners: [],
  })
  const { answer } = world
  world.answer = () => ({
    $case: 'done',
    value: { frequency: '', scheduleId: '', cancelled: 2, runs: [], moreRuns: false, refusals: [] },
  })
  expect(await syncline.syncs.cancel({ providerConfigKey: 'github', syncs: ['issues'] })).toEqual({
    cancelled: 2,
  })
  expect(await syncline.runs.cancel('run-1')).toEqual({ cancelled: 2 })
  world.answer = answer
})

test('runs are listed by state and outcome, and their log is read', async () => {
  world.schedules.listRuns = async () => ({ runs: [{ id: 'run-1', state: 'RUN_STATE_RUNNING' }] })
  expect(
    (await syncline.runs.list({ providerConfigKey: 'github', sync: 'issues', connectionId: 'user-1' })).runs,
  ).toMatchObject([{ state: 'running' }])
  world.schedules.listRuns = async ({ providerConfigKey, sync, states, outcomes, limit }) => ({
    runs: [{ id: JSON.stringify([providerConfigKey, sync?.variant, states, outcomes, limit]) }],
    nextCursor: 'more',
    total: 7,
  })
  const page = await syncline.runs.list({
    providerConfigKey: 'github',
    state: ['queued'],
    outcome: ['success', 'lost'],
  })
  expect(page.next_cursor).not.toBeNull()
  expect(JSON.parse(page.runs[0]?.id ?? '')).toEqual([
    'github',
    null,
    ['RUN_STATE_QUEUED'],
    ['RUN_OUTCOME_SUCCESS', 'RUN_OUTCOME_LOST'],
    20,
  ])
  world.records.listLogs = async () => ({ lines: [] })
  expect(await syncline.runs.logs('run-1')).toEqual({ lines: [], next_cursor: null })
})

test('a run is waited for until it has ended', async () => {
  world.schedules.getRun = async ({ runId }) => ({ id: runId, state: 'RUN_STATE_ENDED' })
  expect(await syncline.runs.wait('run-1')).toMatchObject({ id: 'run-1', state: 'ended' })
})
