import { eventually } from '@syncline/testkit'
import { describe, expect, test } from 'vitest'
import { BASE, ONE, pause, prepared, refusal, send, trigger, whole } from './command-steps.ts'
import { activeRuns, schedulesIn } from './read-schedules.ts'
import { RUNNER, scheduleOf, take } from './steps.ts'
import { ENVIRONMENT, HOUR_MS } from './world.ts'

test.concurrent('a pause cancels a run that waits, leaves one that runs, and a start counts the slots between them', async () => {
  await using world = await prepared({ syncs: ['issues', 'hourly'], connections: ['one'] })
  await world.deploy({ name: 'hourly', frequency: '30 * * * *' })
  const told: string[] = []
  world.bus.connection.subscribe(`${world.prefix}.event.>`, {
    callback: (_error, { subject }) => void told.push(subject),
  })
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await activeRuns(world)).toHaveLength(2))
  const instance = await world.instance()
  const [hourly, issues] = (await schedulesIn(world)).map(({ id }) => id) as [string, string]
  await instance.runs.takeRuns(RUNNER, 1, 0)
  await send(world, trigger(ONE))
  await send(world, pause(ONE))
  const [running, ...others] = (await schedulesIn(world)).filter(({ active }) => active !== '')
  expect(running).toMatchObject({ state: 'PAUSED', pending: '' })
  expect(others).toEqual([])

  world.clock.advance(5 * HOUR_MS)
  await instance.clock.synchronize()
  expect(await send(world, { $case: 'start', value: { target: whole(ONE), withRuns: false } })).toMatchObject(
    {
      $case: 'done',
    },
  )
  for (const id of [hourly, issues]) {
    expect(await scheduleOf(instance, id)).toMatchObject({ state: 'STARTED', skipped: 5 })
    const skips = await world.redis.lrange(world.key(`k:${id}`), 0, -1)
    expect(skips.map((text) => JSON.parse(text).slice(2))).toEqual([[5, 'paused']])
    expect((await scheduleOf(instance, id))?.nextAt).toBeGreaterThan(world.clock.now)
  }
  await eventually(() => {
    for (const kind of ['sync.paused', 'sync.started']) {
      expect(told.filter((subject) => subject.endsWith(`.event.${kind}.${ENVIRONMENT}`))).toHaveLength(2)
    }
  })
  expect(await world.problems()).toEqual([])
})

test.concurrent('a paused schedule that is triggered runs once and stays paused', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'], autoStart: false })
  await using _scheduler = await world.scheduler()
  expect(await send(world, trigger(ONE))).toMatchObject({ $case: 'done' })
  const [schedule] = await schedulesIn(world)
  expect(schedule).toMatchObject({ state: 'PAUSED', active: expect.stringContaining('-') })
  const instance = await world.instance()
  const taken = await take(instance, schedule?.id ?? '')
  await instance.runs.endAttempt(taken.run, { ...SUCCESS, attempt: 1 })
  world.clock.advance(5 * HOUR_MS)
  await instance.clock.synchronize()
  await instance.ticker.tick()
  expect(await activeRuns(world)).toEqual([])
})

const SUCCESS = {
  outcome: 'SUCCESS' as const,
  error: '',
  counts: [],
  lastLines: [],
  heldBack: false,
  hasBegun: true,
  resumeAt: 0,
  maxThrottledMs: HOUR_MS,
  handBack: '' as const,
  version: '',
}

describe('cancelling', () => {
  test.concurrent('ends what is active of a target and what waits behind it, and tells the runner at once', async () => {
    await using world = await prepared({ syncs: ['issues', 'pulls'], connections: ['one', 'two'] })
    await using _scheduler = await world.scheduler()
    await eventually(async () => expect(await activeRuns(world)).toHaveLength(4))
    const { runs } = await world.instance()
    const taken = await runs.takeRuns(RUNNER, 10, 0)
    await send(world, trigger(ONE))
    const heard = world.notices()
    await world.bus.connection.flush()
    const cancel = { $case: 'cancel' as const, value: { target: whole({ ...ONE, syncs: [BASE] }) } }
    expect(await send(world, cancel)).toMatchObject({ $case: 'done', value: { cancelled: 1 } })
    await eventually(() => expect(heard.stops).toHaveLength(1))
    expect(taken.map(({ run }) => run)).toContain(heard.stops[0]?.runId)
    const [issues, pulls] = await schedulesIn(world)
    expect(issues).toMatchObject({ active: '', pending: '', state: 'STARTED' })
    expect(pulls).toMatchObject({ pending: 'trigger' })
    expect(await send(world, cancel)).toMatchObject({ value: { cancelled: 0 } })
    expect(await world.problems()).toEqual([])
  })

  test.concurrent('of a run ends that one only, and not one of another environment', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    const [runId = ''] = await eventually(async () => {
      expect(await activeRuns(world)).toHaveLength(1)
      return activeRuns(world)
    })
    const cancelRun = (id: string) => ({ $case: 'cancelRun' as const, value: { runId: id } })
    const { answer } = await world.command(cancelRun(runId), 'prod')
    expect(refusal(await answer)).toBe('unknown_run')
    expect(refusal(await send(world, cancelRun('nonsense')))).toBe('unknown_run')
    expect(refusal(await send(world, cancelRun(`${runId}0`)))).toBe('unknown_run')
    expect(await send(world, cancelRun(runId))).toMatchObject({ value: { cancelled: 1 } })
    expect(await activeRuns(world)).toEqual([])
  })
})
