import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { definitionFields } from '../src/reconcile/definitions.ts'
import { activeRuns, names, openOwnWorld, schedulesIn } from './read-schedules.ts'
import { RUNNER, take } from './steps.ts'
import { ENVIRONMENT, MINUTE_MS } from './world.ts'

test.concurrent('each connection × deployed sync gets a schedule at once, whichever came first', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues' })
  await using _scheduler = await world.scheduler()
  await world.connect('one')
  await eventually(async () => expect(await names(world)).toEqual(['one/issues']))
  await world.deploy({ name: 'pulls', autoStart: false })
  await world.connect('two')
  await eventually(async () =>
    expect(await names(world)).toEqual(['one/issues', 'one/pulls', 'two/issues', 'two/pulls']),
  )
  // Started ones run at once, those without autoStart are paused.
  const schedules = await schedulesIn(world)
  expect(schedules.map(({ state, active }) => [state, active !== ''])).toEqual([
    ['STARTED', true],
    ['PAUSED', false],
    ['STARTED', true],
    ['PAUSED', false],
  ])
  expect(await activeRuns(world)).toHaveLength(2)
  expect(await world.problems()).toEqual([])
})

test.concurrent('what happened while no scheduler ran is found at its start', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues' })
  const connection = await world.connect('one')
  const instance = await world.instance()
  {
    await using _scheduler = await world.scheduler()
    await eventually(async () => expect(await names(world)).toEqual(['one/issues']))
    const [schedule] = await schedulesIn(world)
    await take(instance, schedule?.id ?? '')
  }
  await world.catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  await world.connect('two')
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await names(world)).toEqual(['two/issues']))
  await eventually(() =>
    expect(world.records.state.emptied).toMatchObject([{ connection: connection.uid, model: 'Issue' }]),
  )
  expect(await world.problems()).toEqual([])
})

test.concurrent('a catalog that was lost takes neither schedules nor records with it', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  {
    await using _scheduler = await world.scheduler()
    await eventually(async () => expect(await names(world)).toEqual(['one/issues']))
  }
  await world.catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  await world.catalog.environments.delete(ENVIRONMENT)
  {
    await using _scheduler = await world.scheduler()
    await eventually(() => expect(world.logged('the catalog has lost an environment')).toBe(true))
    expect(await names(world)).toEqual(['one/issues'])
    expect(world.records.state.emptied).toEqual([])
  }
})

test.concurrent('several instances make each schedule once', async () => {
  await using world = await openOwnWorld()
  await using _first = await world.scheduler()
  await using _second = await world.scheduler()
  await world.deploy({ name: 'issues' })
  await Promise.all(Array.from({ length: 20 }, (_, i) => world.connect(`c${i}`)))
  await eventually(async () => expect(await names(world)).toHaveLength(20))
  const [first] = await schedulesIn(world)
  expect(first?.definition.schedules).toBe(20)
  expect(await activeRuns(world)).toHaveLength(20)
  expect(await world.problems()).toEqual([])
})

test.concurrent('a deployment with another default frequency moves all schedules without an override, variants too', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues', frequency: 'every hour' })
  await world.connect('one')
  await using _scheduler = await world.scheduler()
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
  const before = await schedulesIn(world)

  await world.deploy({ name: 'issues', frequency: 'every 2 minutes', fresh: '3 hours' })
  await eventually(async () => {
    const schedules = await schedulesIn(world)
    expect(schedules.map(({ variant, intervalMs, freshMs }) => [variant, intervalMs, freshMs])).toEqual([
      ['a', 2 * MINUTE_MS, 180 * MINUTE_MS],
      ['b', 10 * MINUTE_MS, 180 * MINUTE_MS],
      ['base', 2 * MINUTE_MS, 180 * MINUTE_MS],
    ])
    const soon = schedules.filter(({ nextAt }) => nextAt <= world.clock.now + 2 * MINUTE_MS)
    expect(soon.map(({ variant }) => variant)).toEqual(expect.arrayContaining(['a', 'base']))
  })
  // Its own frequency stays where it was, and the first runs go on.
  expect((await schedulesIn(world))[1]?.nextAt).toBe(before[1]?.nextAt)
  expect((await schedulesIn(world)).map(({ active }) => active)).toEqual(before.map(({ active }) => active))
})

test.concurrent('limits and weights of environments and integrations are those of the catalog', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues', concurrency: 2 })
  const { catalog, redis, key } = world
  const set = async (maxRuns: number, weight: number) => {
    await catalog.environments.update((it) => ({ ...it, maxRuns, weight }), ENVIRONMENT)
    await catalog.integrations.update((it) => ({ ...it, maxRuns }), ENVIRONMENT, 'github')
  }
  const limits = async () => [
    await redis.hmget(key(`env:${ENVIRONMENT}`), 'max_runs', 'weight'),
    await redis.hmget(key(`int:${ENVIRONMENT}/github`), 'max_runs', 'weight'),
    await redis.hget(key('sync:1'), 'max_runs'),
  ]
  await set(5, 3)
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await limits()).toEqual([['5', '3'], ['5', null], '2']))
  await set(7, 1)
  await catalog.syncs.update(({ concurrency: _, ...it }) => it, ENVIRONMENT, 'github', 'issues')
  await eventually(async () => expect(await limits()).toEqual([['7', '1'], ['7', null], null]))
})

test.concurrent('runs that waited for a limit are handed out when it is raised', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues', concurrency: 1 })
  for (const id of ['a', 'b', 'c']) await world.connect(id)
  const { catalog } = world
  await catalog.integrations.update((it) => ({ ...it, maxRuns: 2 }), ENVIRONMENT, 'github')
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await activeRuns(world)).toHaveLength(3))
  const { runs } = await world.instance()
  const taken = async () => (await runs.takeRuns(RUNNER, 10, 0)).length
  expect(await taken()).toBe(1)
  expect(await taken()).toBe(0)
  await catalog.syncs.update(({ concurrency: _, ...it }) => it, ENVIRONMENT, 'github', 'issues')
  await eventually(async () => expect(await taken()).toBe(1))
  expect(await taken()).toBe(0)
  await catalog.integrations.update(({ maxRuns: _, ...it }) => it, ENVIRONMENT, 'github')
  await eventually(async () => expect(await taken()).toBe(1))
  expect(await world.problems()).toEqual([])
})

test.concurrent('a deleted connection takes its schedules, runs and records with it, even if the record store is away at first', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues', models: ['Issue', 'Comment'] })
  const connection = await world.connect('one')
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await activeRuns(world)).toHaveLength(1))
  const { runs } = await world.instance()
  const [taken] = await runs.takeRuns(RUNNER, 1, 0)
  const heard = world.notices()
  await world.bus.connection.flush()

  world.records.state.away = true
  await world.catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  await eventually(() => expect(heard.stops).toMatchObject([{ runId: taken?.run, attempt: 1 }]))
  expect(await names(world)).toEqual([])
  expect(world.records.state.emptied).toEqual([])

  world.records.state.away = false
  world.clock.advance(MINUTE_MS)
  await eventually(() =>
    expect(
      world.records.state.emptied.map(({ connection, model, variant }) => [connection, model, variant]),
    ).toEqual([
      [connection.uid, 'Issue', 'base'],
      [connection.uid, 'Comment', 'base'],
    ]),
  )
  // The run that was under way can't write behind the emptying.
  const number = Number(taken?.run.split('-')[1])
  expect(world.records.state.begun[0]).toBeGreaterThan(number * 65_536 + 1)
  expect(await world.problems()).toEqual([])
})

test.concurrent('a sync that is gone leaves the records that another sync writes too', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues', models: ['Issue', 'Label'] })
  await world.deploy({ name: 'labels', models: ['Label'] })
  await world.connect('one')
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await activeRuns(world)).toHaveLength(2))
  const { runs } = await world.instance()
  await runs.takeRuns(RUNNER, 2, 0)
  await world.catalog.syncs.delete(ENVIRONMENT, 'github', 'issues')
  await eventually(async () => expect(await names(world)).toEqual(['one/labels']))
  await eventually(() => expect(world.records.state.emptied.map(({ model }) => model)).toEqual(['Issue']))
  await eventually(async () => expect(await world.redis.hlen(world.key('syncs'))).toBe(1))
})

test.concurrent('a sync whose frequency nobody can read is left alone, and so are its records', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await names(world)).toHaveLength(1))
  await world.deploy({ name: 'issues', frequency: 'now and then' })
  await world.deploy({ name: 'labels', frequency: '61 * * * *' })
  await world.deploy({ name: 'stars', jitter: 'some' })
  await world.deploy({ name: 'pulls' })
  await eventually(async () => expect(await names(world)).toEqual(['one/issues', 'one/pulls']))
  expect(world.logged('sync has no readable frequency')).toBe(true)
  expect(world.records.state.emptied).toEqual([])
})

test.concurrent('a deleted integration takes the schedules of its connections with it', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await names(world)).toHaveLength(1))
  await world.catalog.integrations.delete(ENVIRONMENT, 'github')
  await eventually(async () => expect(await names(world)).toEqual([]))
})

test.concurrent('a connection made again under its old name starts anew', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues' })
  const old = await world.connect('one')
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await activeRuns(world)).toHaveLength(1))
  const { runs } = await world.instance()
  await runs.takeRuns(RUNNER, 1, 0)
  await world.catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  const again = await world.connect('one')
  await eventually(async () => {
    expect(await schedulesIn(world)).toMatchObject([{ uid: again.uid }])
    expect(world.records.state.emptied).toMatchObject([{ connection: old.uid }])
  })
})

test.concurrent('slots that are too far away after the clock was set back are moved', async () => {
  await using world = await openOwnWorld({ SCHEDULER_RECONCILE_MS: '1000' })
  await world.deploy({ name: 'issues', frequency: 'every 10 minutes' })
  await world.deploy({ name: 'daily', frequency: '0 6 * * *' })
  await world.connect('one')
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await names(world)).toHaveLength(2))
  const [daily, issues] = await schedulesIn(world)
  const [far, wellPlaced] = [world.clock.now + 3 * 24 * 60 * MINUTE_MS, [daily?.nextAt, issues?.nextAt]]
  for (const id of [daily?.id, issues?.id]) await world.redis.hset(world.key(`s:${id}`), 'next_at', far)
  await eventually(async () =>
    expect((await schedulesIn(world)).map(({ nextAt }) => nextAt)).toEqual(wellPlaced),
  )
})

test.concurrent('slots follow another frequency, even if the scheduler that began with it died', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues', frequency: 'every day' })
  for (const id of ['a', 'b', 'c']) await world.connect(id)
  {
    await using _scheduler = await world.scheduler()
    await eventually(async () => expect(await names(world)).toHaveLength(3))
  }
  // It wrote the definition, and died before it moved a slot.
  const { schedules } = await world.instance()
  const sync = {
    ...(await world.catalog.syncs.get(ENVIRONMENT, 'github', 'issues')),
    frequency: '*/5 * * * *',
  }
  const name = { environment: ENVIRONMENT, integration: 'github', sync: 'issues' }
  expect((await schedules.setDefinition(name, definitionFields(sync), sync.models)).placing).not.toBe('')
  await world.deploy({ name: 'issues', frequency: '*/5 * * * *', jitter: '2 minutes' })
  await using _scheduler = await world.scheduler()
  await eventually(async () => {
    const all = await schedulesIn(world)
    const next = all.map(
      ({ id, nextAt }) => nextAt - (Number.parseInt(id.slice(0, 12), 16) % (2 * MINUTE_MS)),
    )
    for (const time of next) expect(time % (5 * MINUTE_MS)).toBe(0)
    for (const { nextAt } of all) expect(nextAt).toBeGreaterThan(world.clock.now)
    for (const { nextAt } of all) expect(nextAt).toBeLessThanOrEqual(world.clock.now + 7 * MINUTE_MS)
  })
  await eventually(async () => expect(await world.redis.hget(world.key('sync:1'), 'placed')).toContain('*/5'))
})

test.concurrent('after Redis has lost its data, all schedules are made again', async () => {
  await using world = await openOwnWorld({ SCHEDULER_RECONCILE_MS: '1000' })
  await world.deploy({ name: 'issues' })
  for (const id of ['a', 'b']) await world.connect(id)
  await using _scheduler = await world.scheduler()
  await eventually(async () => expect(await names(world)).toHaveLength(2))
  await world.redis.del(...(await world.redis.keys(world.key('*'))))
  await eventually(async () => expect(await names(world)).toEqual(['a/issues', 'b/issues']))
  await eventually(async () => expect(await world.problems()).toEqual([]))
})
