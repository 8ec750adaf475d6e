import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ENVIRONMENT, HOUR_MS, openWorld, type World } from './world.ts'

const SYNC = { name: 'issues', variant: 'base' }
const ONE = { environment: ENVIRONMENT, providerConfigKey: 'github', connectionId: 'one' }

test.concurrent('a run goes from its request through an attempt to its end, and status shows each step', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const { runId, run } = await firstRun(world)
  expect(await lastRun(scheduler)).toMatchObject({ id: runId, state: 'RUN_STATE_QUEUED', cause: 'schedule' })

  const { outcome } = await scheduler.runs.startAttempt({
    environment: ENVIRONMENT,
    runId,
    runner: 'runner-7',
  })
  const started = {
    connectionId: 'one',
    sync: 'issues',
    variant: 'base',
    attempt: 1,
    runNumber: Number(runId.split('-')[1]),
    lastSyncAtMs: 0,
    emptyCache: false,
  }
  expect(outcome).toMatchObject({ $case: 'started', value: { ...started, startedAtMs: world.clock.now } })
  const counts = [{ model: 'Issue', added: 3, updated: 1, deleted: 0 }]
  expect(await scheduler.runs.heartbeat({ ...run, counts })).toEqual({ stopReason: '' })
  expect(await lastRun(scheduler)).toMatchObject({ state: 'RUN_STATE_RUNNING', counts, runner: 'runner-7' })

  expect(await scheduler.runs.getCheckpoint(run)).toEqual({ json: '' })
  await scheduler.runs.saveCheckpoint({ ...run, json: '{"page":2}' })
  expect(await scheduler.runs.getCheckpoint(run)).toEqual({ json: '{"page":2}' })

  await world.finish(runId, 1, 'RUN_OUTCOME_FAILED', 'GitHub said no')
  await eventually(async () =>
    expect(await lastRun(scheduler)).toMatchObject({
      state: 'RUN_STATE_ENDED',
      outcome: 'RUN_OUTCOME_FAILED',
      error: 'GitHub said no',
    }),
  )
  const { runs } = await scheduler.schedules.listRuns({ ...ONE, sync: SYNC, limit: 0 })
  expect(runs.map(({ id }) => id)).toEqual([runId])
})

test.concurrent('an ended or unknown run is refused to a runner, and its calls are told to stop', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const { runId, run } = await firstRun(world)
  await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })
  await world.finish(runId, 1, 'RUN_OUTCOME_SUCCESS')
  await eventually(async () => expect(await lastRun(scheduler)).toMatchObject({ state: 'RUN_STATE_ENDED' }))

  for (const id of [runId, 'unknown']) {
    const { outcome } = await scheduler.runs.startAttempt({
      environment: ENVIRONMENT,
      runId: id,
      runner: 'r',
    })
    expect(outcome).toMatchObject({ $case: 'refused' })
  }
  expect((await scheduler.runs.heartbeat({ ...run, counts: [] })).stopReason).not.toBe('')
  await expect(scheduler.runs.getCheckpoint(run)).rejects.toMatchObject({ code: 'fenced' })
  await expect(scheduler.runs.saveCheckpoint({ ...run, json: '{}' })).rejects.toMatchObject({
    code: 'fenced',
  })
})

test.concurrent('a checkpoint stays until another one is saved, and an empty one clears it', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const { runId, run } = await firstRun(world)
  await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })
  await scheduler.runs.saveCheckpoint({ ...run, json: '{"page":2}' })
  expect(await scheduler.runs.getCheckpoint(run)).toEqual({ json: '{"page":2}' })
  await scheduler.runs.saveCheckpoint({ ...run, json: '' })
  expect(await scheduler.runs.getCheckpoint(run)).toEqual({ json: '' })
})

test.concurrent('a run whose runner went away ends as LOST, and the next slot runs', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const { runId } = await firstRun(world)
  await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })
  world.clock.advance(10 * 60_000)
  await eventually(async () =>
    expect(await lastRun(scheduler)).toMatchObject({ state: 'RUN_STATE_ENDED', outcome: 'RUN_OUTCOME_LOST' }),
  )
  world.clock.advance(HOUR_MS)
  await eventually(async () => expect(await lastRun(scheduler)).toMatchObject({ state: 'RUN_STATE_QUEUED' }))
})

test.concurrent('a run that no runner takes ends as LOST in the end', async () => {
  await using world = await openWorld({ RUN_QUEUE_TIMEOUT_MS: '1800000' })
  await using scheduler = await world.scheduler()
  const { runId } = await firstRun(world)
  world.clock.advance(HOUR_MS / 2 + 1)
  await eventually(async () =>
    expect((await world.ended())[0]).toMatchObject({ runId, outcome: 'RUN_OUTCOME_LOST' }),
  )
  const { outcome } = await eventually(async () => {
    const answer = await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'late' })
    expect(answer.outcome?.$case).toBe('refused')
    return answer
  })
  expect(outcome).toMatchObject({ value: { reason: expect.stringContaining('LOST') } })
})

test.concurrent('a run that was taken over five times ends as LOST', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const { runId } = await firstRun(world)
  for (let attempt = 1; attempt <= 5; attempt++) {
    const { outcome } = await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })
    expect(outcome).toMatchObject({ $case: 'started', value: { attempt } })
  }
  const { outcome } = await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })
  expect(outcome).toMatchObject({ $case: 'refused', value: { reason: 'taken over 5 times' } })
  await eventually(async () =>
    expect(await lastRun(scheduler)).toMatchObject({
      outcome: 'RUN_OUTCOME_LOST',
      error: 'taken over 5 times',
    }),
  )
})

type Scheduler = Awaited<ReturnType<World['scheduler']>>

async function firstRun(world: World) {
  await world.deploy({ name: SYNC.name })
  await world.connect('one')
  const runId = await eventually(async () => (await world.requested())[0] ?? expect.fail('no run yet'))
  return { runId, run: { environment: ENVIRONMENT, runId, attempt: 1 } }
}

async function lastRun({ schedules }: Scheduler) {
  return (await schedules.listSchedules({ ...ONE, syncs: [SYNC] })).schedules[0]?.lastRun
}
