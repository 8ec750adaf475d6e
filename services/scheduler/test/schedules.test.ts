import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { openWorld } from './world.ts'

const RUNNER = { id: 'host/1/one', sandbox: 'oswall', slots: 10, reservedSlots: 1 }
const take = { runner: RUNNER, freeSlots: 10, freeReservedSlots: 0 }
const place = { environment: 'dev', providerConfigKey: 'github', connectionId: 'user-1' }

test('a schedule is told with its freshness and its runs, by the names that people know', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues' })
  await world.connect('user-1')
  await using scheduler = await world.scheduler()
  const { schedules, runs } = scheduler
  const list = async (fields: object = {}) =>
    (await schedules.listSchedules({ ...place, ...fields })).schedules

  await eventually(async () => expect((await list())[0]?.state).toBe('SCHEDULE_STATE_STARTED'))
  expect((await list())[0]).toMatchObject({
    ...{ providerConfigKey: 'github', connectionId: 'user-1' },
    ...{ sync: 'issues', variant: 'base', state: 'SCHEDULE_STATE_STARTED', frequency: 'every hour' },
    lastRun: { state: 'RUN_STATE_QUEUED', connectionId: 'user-1', sync: 'issues' },
    freshness: { reason: 'STALE_REASON_UNSPECIFIED', lastSuccessMs: 0 },
  })
  expect(await schedules.getCapacity({ environment: 'dev' })).toMatchObject({
    environment: { running: 0, waiting: 1 },
    waitingByLane: { triggered: 0, first: 1, fresh: 0 },
    waitingByReason: { environmentFull: 0, integrationFull: 0, noRunner: 1 },
  })
  const { attempts } = await runs.takeRuns(take)
  const runId = attempts[0]?.runId ?? ''
  await runs.heartbeat({
    runner: RUNNER,
    beats: [{ runId, attempt: 1, counts: [], parked: 'the quota is used up' }],
  })
  expect((await list())[0]?.lastRun).toMatchObject({
    state: 'RUN_STATE_RUNNING',
    parked: 'the quota is used up',
  })
  expect(await schedules.getCapacity({ environment: 'dev' })).toMatchObject({
    environment: { name: 'dev', maxRuns: 200, running: 1, waiting: 0 },
    integrations: [{ name: 'github', running: 1 }],
    syncs: [{ name: 'github/issues', running: 1 }],
    // A run that is parked holds no slot.
    runners: [{ id: RUNNER.id, slots: 10, reservedSlots: 1, busy: 0 }],
    waitingByLane: { first: 0 },
  })
  await runs.endAttempt({ runId, attempt: 1, outcome: 'RUN_OUTCOME_SUCCESS' })
  const { clock } = world
  expect((await list())[0]).toMatchObject({
    lastRun: { id: runId, state: 'RUN_STATE_ENDED', outcome: 'RUN_OUTCOME_SUCCESS', parked: '' },
    freshness: { lastSuccessMs: clock.now, freshUntilMs: clock.now + 7_200_000 },
  })

  const sync = { name: 'issues', variant: 'base' }
  const named = { providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'base' }
  expect((await schedules.listRuns({ ...place, sync })).runs).toMatchObject([{ ...named, id: runId }])
  for (const where of [{ environment: 'dev' }, { ...place }, { ...place, connectionId: '', sync }]) {
    expect((await schedules.listRuns(where)).runs).toMatchObject([{ ...named, id: runId }])
  }
  expect((await schedules.listRuns({ environment: 'prod' })).runs).toEqual([])
  expect((await schedules.listSkippedSlots({ ...place, sync })).skipped).toEqual([])
  await expect(list({ connectionId: 'nobody' })).rejects.toMatchObject({ code: 'unknown_connection' })
  await expect(list({ cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_cursor' })
})

test('runs of a schedule come in pages too', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues' })
  await world.connect('user-1')
  await using scheduler = await world.scheduler()
  const { schedules, runs } = scheduler
  const sync = { name: 'issues', variant: 'base' }
  const ended: string[] = []
  for (let i = 0; i < 5; i++) {
    if (i > 0) {
      world.clock.advance(1000)
      const value = {
        target: { providerConfigKey: 'github', connectionId: 'user-1', syncs: [sync] },
        reset: false,
        emptyCache: false,
        withRuns: false,
      }
      await (await world.command({ $case: 'trigger', value })).answer
    }
    const run = await eventually(async () => {
      const { attempts } = await runs.takeRuns(take)
      expect(attempts).toHaveLength(1)
      return attempts[0]?.runId ?? ''
    })
    await runs.endAttempt({
      runId: run,
      attempt: 1,
      outcome: i === 2 ? 'RUN_OUTCOME_FAILED' : 'RUN_OUTCOME_SUCCESS',
    })
    ended.unshift(run)
  }
  const found: string[] = []
  let cursor = ''
  do {
    const page = await schedules.listRuns({ ...place, sync, limit: 2, cursor })
    expect(page.runs.length).toBeLessThanOrEqual(2)
    found.push(...page.runs.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor !== '')
  expect(found).toEqual(ended)
  const failed = await schedules.listRuns({ ...place, sync, outcomes: ['RUN_OUTCOME_FAILED'] })
  expect(failed.runs.map(({ id }) => id)).toEqual([ended[2]])
  const [newest, before] = (await schedules.listRuns({ ...place, sync })).runs
  const times = { fromMs: before?.finishedAtMs ?? 0, toMs: newest?.finishedAtMs ?? 0 }
  expect((await schedules.listRuns({ ...place, sync, ...times })).runs).toEqual([before])
})

test('a schedule that Redis has lost is told as such, and a run of another environment is not cancelled', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues', deployedAt: '2020-01-01T00:00:00.000Z' })
  await world.connect('user-1')
  await using scheduler = await world.scheduler()
  const { schedules, runs } = scheduler
  const list = async () => (await schedules.listSchedules({ ...place })).schedules[0]
  const first = await eventually(async () => {
    const found = await list()
    expect(found?.lastRun).toBeDefined()
    return found
  })
  const cancel = async (runId: string, environment: string) =>
    (await world.command({ $case: 'cancelRun', value: { runId } }, environment)).answer
  expect(await cancel(first?.lastRun?.id ?? '', 'prod')).toMatchObject({ value: { code: 'unknown_run' } })
  expect(await cancel('nonsense', 'dev')).toMatchObject({ value: { code: 'unknown_run' } })
  expect(await cancel(first?.lastRun?.id ?? '', 'dev')).toMatchObject({ value: { cancelled: 1 } })
  expect((await runs.takeRuns(take)).attempts).toEqual([])

  await world.redis.del(world.key(`s:${first?.id}`))
  expect(await list()).toMatchObject({
    ...{ id: first?.id, state: 'SCHEDULE_STATE_UNSPECIFIED', sync: 'issues', frequency: 'every hour' },
    freshness: { reason: 'STALE_REASON_SCHEDULER_DOWN' },
  })
})
