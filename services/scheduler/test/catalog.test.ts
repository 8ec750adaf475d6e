import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ENVIRONMENT, openWorld, type World } from './world.ts'

const ALL = { environment: ENVIRONMENT, providerConfigKey: 'github', connectionId: '', syncs: [] }

test.concurrent('each connection × deployed sync gets a schedule at once, whichever came first', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues' })
  await using scheduler = await world.scheduler()
  await world.connect('one')
  await eventually(async () => expect(await names(scheduler)).toEqual(['one/issues']))
  await world.deploy({ name: 'pulls', autoStart: false })
  await world.connect('two')
  await eventually(async () =>
    expect(await names(scheduler)).toEqual(['one/issues', 'one/pulls', 'two/issues', 'two/pulls']),
  )
  // Started ones run at once, those without autoStart are paused.
  await eventually(async () => expect(await world.requested()).toHaveLength(2))
  const { schedules } = await scheduler.schedules.listSchedules({
    ...ALL,
    syncs: [{ name: 'pulls', variant: 'base' }],
  })
  expect(schedules.map(({ state, nextAtMs, lastRun }) => ({ state, nextAtMs, lastRun }))).toEqual(
    Array(2).fill({ state: 'SCHEDULE_STATE_PAUSED', nextAtMs: 0, lastRun: undefined }),
  )
})

test.concurrent('what happened while no scheduler ran is found at its start', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues' })
  const connection = await world.connect('one')
  {
    await using scheduler = await world.scheduler()
    await eventually(async () => expect(await names(scheduler)).toEqual(['one/issues']))
  }
  await world.catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  await world.connect('two')
  await using scheduler = await world.scheduler()
  await eventually(async () => expect(await names(scheduler)).toEqual(['two/issues']))
  await eventually(() =>
    expect(world.records.state.emptied).toMatchObject([{ connection: connection.uid, model: 'Issue' }]),
  )
})

test.concurrent('a catalog that was lost takes neither schedules nor records with it', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues' })
  const { uid } = await world.connect('one')
  {
    await using scheduler = await world.scheduler()
    await eventually(async () => expect(await names(scheduler)).toEqual(['one/issues']))
  }
  await world.catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  await world.catalog.environments.delete(ENVIRONMENT)
  {
    await using _scheduler = await world.scheduler()
    await eventually(() => expect(world.logged('the catalog has lost an environment')).toBe(true))
    expect(await world.instance().store.schedulesOf(ENVIRONMENT, uid)).toHaveLength(1)
    expect(world.records.state.emptied).toEqual([])
  }
})

test.concurrent('several instances make each schedule once', async () => {
  await using world = await openWorld()
  await using first = await world.scheduler()
  await using _second = await world.scheduler()
  await world.deploy({ name: 'issues' })
  await Promise.all(Array.from({ length: 20 }, (_, i) => world.connect(`c${i}`)))
  await eventually(async () => expect(await names(first)).toHaveLength(20))
  await eventually(async () => expect(await world.requested()).toHaveLength(20))
  expect(new Set(await world.requested()).size).toBe(20)
})

test.concurrent('a deployment with another default frequency moves all schedules without an override, variants too', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues', frequency: 'every hour' })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  const at = { providerConfigKey: 'github', connectionId: 'one' }
  for (const variant of ['a', 'b']) {
    const { answer } = await world.command({
      $case: 'createVariant',
      value: { ...at, sync: { name: 'issues', variant } },
    })
    expect(await answer).toMatchObject({ $case: 'done' })
  }
  const override = { ...at, sync: { name: 'issues', variant: 'b' }, frequency: '10 minutes' }
  await (await world.command({ $case: 'setFrequency', value: override })).answer

  await world.deploy({ name: 'issues', frequency: 'every 2 days' })
  await eventually(async () => {
    const { schedules } = await scheduler.schedules.listSchedules(ALL)
    expect(schedules.map(({ variant, frequency }) => `${variant}: ${frequency}`)).toEqual([
      'a: every 2 days',
      'b: every 10 minutes',
      'base: every 2 days',
    ])
  })
})

test.concurrent('a deleted connection takes its schedules, runs and records with it, even if the record store is away at first', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues', models: ['Issue', 'Comment'] })
  const connection = await world.connect('one')
  await using scheduler = await world.scheduler()
  const runId = await eventually(async () => (await world.requested())[0] ?? expect.fail('no run yet'))
  const { outcome } = await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })
  const fence = outcome?.$case === 'started' ? outcome.value.fence : Number.NaN

  world.records.state.away = true
  await world.catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  await eventually(async () => expect(await beat(scheduler, runId)).toContain('CANCELLED'))
  expect(world.records.state.emptied).toEqual([])

  world.records.state.away = false
  world.clock.advance(60_000)
  await eventually(() =>
    expect(
      world.records.state.emptied.map(({ connection, model, variant }) => [connection, model, variant]),
    ).toEqual([
      [connection.uid, 'Issue', 'base'],
      [connection.uid, 'Comment', 'base'],
    ]),
  )
  // The run that was under way can't write behind the emptying.
  expect(world.records.state.begun[0]).toBeGreaterThan(fence)
})

test.concurrent('a sync that is gone leaves the records that another sync writes too', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues', models: ['Issue', 'Label'] })
  await world.deploy({ name: 'labels', models: ['Label'] })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  await eventually(async () => expect(await names(scheduler)).toHaveLength(2))
  await world.catalog.syncs.delete(ENVIRONMENT, 'github', 'issues')
  await eventually(async () => expect(await names(scheduler)).toEqual(['one/labels']))
  await eventually(() => expect(world.records.state.emptied.map(({ model }) => model)).toEqual(['Issue']))
})

test.concurrent('a sync whose frequency nobody can read is left alone, and so are its records', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  await eventually(async () => expect(await names(scheduler)).toHaveLength(1))
  await world.deploy({ name: 'issues', frequency: 'now and then' })
  await world.deploy({ name: 'labels', frequency: 'now and then' })
  await world.deploy({ name: 'pulls' })
  await eventually(async () => expect(await names(scheduler)).toEqual(['one/issues', 'one/pulls']))
  expect(world.records.state.emptied).toEqual([])
})

test.concurrent('a deleted integration takes the schedules of its connections with it', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  await eventually(async () => expect(await names(scheduler)).toHaveLength(1))
  await world.catalog.integrations.delete(ENVIRONMENT, 'github')
  await eventually(async () => expect(await names(scheduler)).toEqual([]))
})

test.concurrent('a connection made again under its old name starts anew', async () => {
  await using world = await openWorld()
  await world.deploy({ name: 'issues' })
  const old = await world.connect('one')
  await using scheduler = await world.scheduler()
  await eventually(async () => expect(await names(scheduler)).toEqual(['one/issues']))
  await world.catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  const again = await world.connect('one')
  await eventually(async () => {
    const { schedules } = await scheduler.schedules.listSchedules(ALL)
    expect(schedules).toMatchObject([{ connectionUid: again.uid }])
    expect(world.records.state.emptied).toMatchObject([{ connection: old.uid }])
  })
})

type Scheduler = Awaited<ReturnType<World['scheduler']>>

async function names({ schedules: client }: Scheduler): Promise<string[]> {
  const { schedules } = await client.listSchedules(ALL)
  return schedules.map(({ connectionId, sync }) => `${connectionId}/${sync}`).sort()
}

async function beat({ runs }: Scheduler, runId: string): Promise<string> {
  return (await runs.heartbeat({ environment: ENVIRONMENT, runId, attempt: 1, counts: [] })).stopReason
}
