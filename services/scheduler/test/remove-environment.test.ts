import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { activeRuns, names, openOwnWorld, schedulesIn } from './read-schedules.ts'
import { end, RUNNER } from './steps.ts'
import { ENVIRONMENT, type World } from './world.ts'

/** An environment with schedules, a run that has ended and one that has begun. */
async function openFurnished() {
  const world = await openOwnWorld()
  const instance = await world.instance()
  {
    await using _scheduler = await world.scheduler()
    await world.deploy({ name: 'issues' })
    await world.deploy({ name: 'pulls' })
    await world.connect('one')
    await eventually(async () => expect(await names(world)).toEqual(['one/issues', 'one/pulls']))
    await eventually(async () => expect(await activeRuns(world)).toHaveLength(2))
    const [ended = expect.fail()] = await instance.runs.takeRuns(RUNNER, 2, 0)
    await end(instance, ended)
  }
  expect(await world.redis.xlen(world.key(`runs:${ENVIRONMENT}`))).toBe(1)
  return world
}

/** In the order in which the gateway does it. */
async function deleteEntries({ catalog }: World) {
  const { createdAt } = await catalog.environments.get(ENVIRONMENT)
  for (const sync of ['issues', 'pulls']) await catalog.syncs.delete(ENVIRONMENT, 'github', sync)
  await catalog.connections.delete(ENVIRONMENT, 'github', 'one')
  await catalog.integrations.delete(ENVIRONMENT, 'github')
  return createdAt
}

const keysOf = async (world: World, ...kinds: string[]) =>
  (await Promise.all(kinds.map((kind) => world.redis.keys(world.key(`${kind}:*`))))).flat()

test.concurrent('an environment that is deleted takes schedules, runs, records and limits with it', async () => {
  await using world = await openFurnished()
  await using _scheduler = await world.scheduler()
  const createdAt = await deleteEntries(world)
  const { answer } = await world.command({ $case: 'removeEnvironment', value: { createdAt } })
  await world.catalog.environments.delete(ENVIRONMENT)
  expect(await answer).toMatchObject({ $case: 'done' })
  expect(await keysOf(world, 's', 't', 'r', 'h', 'k', 'sync', 'runs', 'env', 'int', 'due', 'active')).toEqual(
    [],
  )
  expect(await activeRuns(world)).toEqual([])
  await eventually(() => expect(world.records.state.emptied).toHaveLength(2))
  expect(world.records.state.forgotten).toEqual([{ environment: ENVIRONMENT, beforeMs: expect.any(Number) }])
  expect(await world.problems()).toEqual([])
})

test.concurrent('if no scheduler ran, it is done later, although the catalog lacks the environment then', async () => {
  await using world = await openFurnished()
  const createdAt = await deleteEntries(world)
  const { answer } = await world.command({ $case: 'removeEnvironment', value: { createdAt } })
  await world.catalog.environments.delete(ENVIRONMENT)
  await using _scheduler = await world.scheduler()
  expect(await answer).toMatchObject({ $case: 'done' })
  expect(await keysOf(world, 's', 'r', 'h', 'sync', 'runs', 'env', 'due', 'active')).toEqual([])
  await eventually(() => expect(world.records.state.emptied).toHaveLength(2))
})

test.concurrent('an environment that is made again before a scheduler has removed the old one keeps what is its own', async () => {
  await using world = await openFurnished()
  const createdAt = await deleteEntries(world)
  const { answer } = await world.command({ $case: 'removeEnvironment', value: { createdAt } })
  await world.catalog.environments.delete(ENVIRONMENT)
  await world.deploy({ name: 'issues' })
  const again = await world.connect('one')
  await using scheduler = await world.scheduler()
  expect(await answer).toMatchObject({ $case: 'done' })
  await eventually(async () => {
    expect((await schedulesIn(world)).map(({ uid, definition }) => [uid, definition.sync])).toEqual([
      [again.uid, 'issues'],
    ])
  })
  const { runs } = await scheduler.schedules.listRuns({ environment: ENVIRONMENT, limit: 10 })
  expect(runs).toMatchObject([{ state: 'RUN_STATE_QUEUED' }])
  // The run that had ended is forgotten. The one that the removal cancelled is listed no more, as its schedule is gone.
  const ended = await world.redis.xrange(world.key(`runs:${ENVIRONMENT}`), '-', '+')
  expect(ended.flatMap(([, fields]) => fields)).not.toContain('SUCCESS')
  await eventually(() =>
    expect(world.records.state.emptied.some(({ connection }) => connection === again.uid)).toBe(false),
  )
  expect(await world.problems()).toEqual([])
})
