import { HandBackReason, type Runner } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { activeOf, create, end, scheduleOf, trigger } from './steps.ts'
import { openWorld } from './world.ts'

const RUNNER: Runner = { id: 'host/7/abc', sandbox: 'oswall', slots: 10, reservedSlots: 1 }
const OTHER = { ...RUNNER, id: 'host/8/def' }
const ALL = { runner: RUNNER, freeSlots: 10, freeReservedSlots: 0 }
const COUNTS = [{ model: 'Issue', added: 3, updated: 1, deleted: 0 }]

test.concurrent('a run goes from the queue through an attempt to its end', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const instance = await world.instance()
  const id = await create(instance)
  const { attempts } = await scheduler.runs.takeRuns(ALL)
  const [attempt = expect.fail('no run')] = attempts
  expect(attempt).toMatchObject({
    environment: 'dev',
    providerConfigKey: 'github',
    connectionId: 'customer-uid',
    connectionUid: 'uid',
    sync: 'issues',
    variant: 'base',
    attempt: 1,
    runNumber: Number(attempt.runId.split('-')[1]),
    fence: Number(attempt.runId.split('-')[1]) * 65_536 + 1,
    lastSyncAtMs: 0,
    emptyCache: false,
    startedAtMs: world.clock.now,
    checkpoint: '',
    foundCheckpoint: false,
    reservedSlot: false,
    queuedAtMs: world.clock.now,
    takenAtMs: world.clock.now,
  })
  const run = { runId: attempt.runId, attempt: 1 }
  const beats = [{ ...run, counts: COUNTS, parked: '' }]
  expect(await scheduler.runs.heartbeat({ runner: RUNNER, beats })).toEqual({ stops: [] })
  expect(await activeOf(instance, id)).toMatchObject({ counts: COUNTS, runner: RUNNER.id })
  await scheduler.runs.saveCheckpoint({ ...run, json: '{"page":2}' })
  const report = { ...run, outcome: 'RUN_OUTCOME_FAILED' as const, error: 'GitHub said no' }
  expect(await scheduler.runs.endAttempt(report)).toEqual({ ignored: '' })
  expect(await instance.runs.ended(id, 1)).toMatchObject([{ outcome: 'FAILED', error: 'GitHub said no' }])

  await trigger(instance, id, 'again')
  const [next] = (await scheduler.runs.takeRuns(ALL)).attempts
  expect(next).toMatchObject({ checkpoint: '{"page":2}', foundCheckpoint: true, attempt: 1 })
})

test.concurrent('an ended or unknown run is told to stop, and what is reported of it has no effect', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  await create(await world.instance())
  const [{ runId = '' } = {}] = (await scheduler.runs.takeRuns(ALL)).attempts
  await scheduler.runs.endAttempt({ runId, attempt: 1, outcome: 'RUN_OUTCOME_SUCCESS' })
  for (const id of [runId, 'unknown', 'un-known-1']) {
    const run = { runId: id, attempt: 1 }
    const beats = [{ ...run, counts: [], parked: '' }]
    const { stops } = await scheduler.runs.heartbeat({ runner: RUNNER, beats })
    expect(stops).toEqual([{ ...run, reason: 'the run has ended' }])
    const refused = scheduler.runs.saveCheckpoint({ ...run, json: '{}' })
    await expect(refused).rejects.toMatchObject({ code: 'fenced' })
    const report = { ...run, outcome: 'RUN_OUTCOME_SUCCESS' as const }
    expect(await scheduler.runs.endAttempt(report)).toEqual({ ignored: 'the run has ended' })
  }
})

test.concurrent('a checkpoint stays until another one is saved, and an empty one clears it; a long one too', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const instance = await world.instance()
  const id = await create(instance)
  const [{ runId = '' } = {}] = (await scheduler.runs.takeRuns(ALL)).attempts
  const long = JSON.stringify({ cursor: 'x'.repeat(5000) })
  for (const json of ['{"page":2}', long, '{"page":3}', long, long, '', '{"page":4}', '', long, '']) {
    await scheduler.runs.saveCheckpoint({ runId, attempt: 1, json })
    expect((await scheduleOf(instance, id))?.checkpoint).toBe(json)
    // A long one does not turn the hash of the schedule into a table.
    expect(await world.redis.object('ENCODING', world.key(`s:${id}`))).toBe('listpack')
    expect(await world.redis.exists(world.key(`t:${id}`))).toBe(json === long ? 1 : 0)
  }
})

test.concurrent('runs that were handed out in an answer that was lost go back, at no cost, by the next heartbeat', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const instance = await world.instance()
  const id = await create(instance)
  const [{ runId = '' } = {}] = (await scheduler.runs.takeRuns(ALL)).attempts
  const heard = world.notices()
  await scheduler.runs.heartbeat({ runner: RUNNER, beats: [] })
  expect(await activeOf(instance, id)).toMatchObject({ state: 'RUNNING' }) // the answer may be on its way
  world.clock.advance(11_000)
  await scheduler.runs.heartbeat({ runner: OTHER, beats: [] })
  expect(await activeOf(instance, id)).toMatchObject({ state: 'RUNNING' }) // another runner knows nothing of it
  await scheduler.runs.heartbeat({ runner: RUNNER, beats: [] })
  expect(await activeOf(instance, id)).toMatchObject({ state: 'QUEUED', fruitless: 0 })
  await eventually(() => expect(heard.wakes).toBeGreaterThan(0))
  const { attempts } = await scheduler.runs.takeRuns({ ...ALL, runner: OTHER })
  expect(attempts).toMatchObject([{ runId, attempt: 2 }])
})

test.concurrent('a run that is handed back goes to the next runner; without progress at most five times', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const instance = await world.instance()
  const id = await create(instance)
  const attempt = async (number: number, progress: boolean) => {
    const [{ runId = '' } = {}] = (await scheduler.runs.takeRuns(ALL)).attempts
    if (progress) await scheduler.runs.saveCheckpoint({ runId, attempt: number, json: `{"page":${number}}` })
    const report = {
      runId,
      attempt: number,
      outcome: 'RUN_OUTCOME_HANDED_BACK' as const,
      error: 'the runner stops',
    }
    const handBackReason = HandBackReason.DRAINING
    expect(await scheduler.runs.endAttempt({ ...report, handBackReason })).toEqual({ ignored: '' })
    expect(await scheduler.runs.endAttempt({ ...report, handBackReason })).not.toEqual({ ignored: '' })
  }
  for (let number = 1; number <= 20; number++) await attempt(number, true)
  expect(await activeOf(instance, id)).toMatchObject({ state: 'QUEUED', fruitless: 0, handBack: 'draining' })
  for (let number = 21; number <= 24; number++) await attempt(number, false)
  expect(await activeOf(instance, id)).toMatchObject({ fruitless: 4, attempt: 24 })
  await attempt(25, false)
  expect(await instance.runs.ended(id, 1)).toMatchObject([
    { outcome: 'LOST', fruitless: 5, error: expect.stringContaining('the runner stops') },
  ])
})

test.concurrent('a runner that can not reach a service hands its run back: it waits longer each time, and costs no attempt', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const instance = await world.instance()
  const id = await create(instance)
  let waited = 0
  const started = world.clock.now
  for (let number = 1; ; number++) {
    const [taken] = (await scheduler.runs.takeRuns(ALL)).attempts
    if (taken === undefined) break
    await scheduler.runs.endAttempt({
      runId: taken.runId,
      attempt: number,
      outcome: 'RUN_OUTCOME_HANDED_BACK',
      error: 'the record store does not answer',
      handBackReason: HandBackReason.STORE_UNAVAILABLE,
      hasBegun: false,
    })
    const run = await activeOf(instance, id)
    if (run === undefined) break
    expect(run).toMatchObject({ state: 'QUEUED', fruitless: 0, handBack: 'store_unavailable' })
    const waitMs = run.notBefore - world.clock.now
    expect(waitMs).toBe(Math.min(30_000, 1000 * 2 ** (number - 1)))
    waited += waitMs
    world.clock.advance(waitMs)
    await instance.ticker.tick()
  }
  expect(waited).toBeGreaterThan(3_600_000)
  expect(world.clock.now - started).toBeLessThan(3_700_000)
  expect(await instance.runs.ended(id, 1)).toMatchObject([
    { outcome: 'LOST', error: expect.stringContaining('the record store does not answer') },
  ])
})

test.concurrent('a report that can not be taken does not hold up those that come with it', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const ids = []
  for (const uid of ['a', 'broken', 'b']) ids.push(await create(instance, { uid }))
  const taken = await instance.runs.takeRuns(RUNNER, 3, 0)
  const [, broken = ''] = ids
  await world.redis.del(world.key(`s:${broken}`))
  await world.redis.set(world.key(`s:${broken}`), 'no hash')
  const ended = await Promise.allSettled(taken.map((one) => end(instance, one)))
  expect(ended.map(({ status }) => status)).toEqual(
    taken.map(({ run }) => (run.startsWith(broken) ? 'rejected' : 'fulfilled')),
  )
  expect(await activeOf(instance, ids[0] ?? '')).toBeUndefined()
})
