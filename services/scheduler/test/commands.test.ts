import type { Command, CommandAnswer, Target } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { describe, expect, test } from 'vitest'
import { applyCommand } from '../src/apply-command.ts'
import { ENVIRONMENT, HOUR_MS, openWorld, type World } from './world.ts'

const ONE = { providerConfigKey: 'github', connectionId: 'one' }
const BASE = { name: 'issues', variant: 'base' }

test.concurrent('commands on one sync apply in the order in which they were accepted', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  await using scheduler = await world.scheduler()
  const frequencies = Array.from({ length: 40 }, (_, i) => `${i + 1} hours`)
  const sent = []
  for (const frequency of frequencies) {
    sent.push(await world.command({ $case: 'setFrequency', value: { ...ONE, sync: BASE, frequency } }))
  }
  await sent.at(-1)?.answer
  expect(await list(scheduler)).toMatchObject([{ frequency: 'every 40 hours' }])
})

test.concurrent('a command that was accepted while every scheduler is down happens when one is back', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  const { answer } = await world.command(pause(ONE))
  await using scheduler = await world.scheduler()
  expect(await answer).toMatchObject({ $case: 'done' })
  expect(await list(scheduler)).toMatchObject([{ state: 'SCHEDULE_STATE_PAUSED' }])
})

test.concurrent('a command finds a connection that was made a moment ago', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: [] })
  await using _scheduler = await world.scheduler()
  for (let i = 0; i < 20; i++) {
    await world.connect(`c${i}`)
    const { answer } = await world.command(
      trigger({ providerConfigKey: 'github', connectionId: `c${i}`, syncs: [BASE] }),
    )
    expect(await answer).toMatchObject({ $case: 'done' })
  }
})

test.concurrent('of several named syncs none runs if one is unknown', async () => {
  await using world = await prepared({ syncs: ['issues', 'pulls'], connections: ['one'], autoStart: false })
  await using scheduler = await world.scheduler()
  const syncs = [BASE, { name: 'pulls', variant: 'base' }, { name: 'nothing', variant: 'base' }]
  expect(refusal(await send(world, trigger({ ...ONE, syncs })))).toBe('unknown_sync')
  expect(refusal(await send(world, trigger({ ...ONE, syncs: [{ name: 'issues', variant: 'x' }] })))).toBe(
    'unknown_sync',
  )
  expect(refusal(await send(world, trigger({ ...ONE, connectionId: 'nobody' })))).toBe('unknown_connection')
  expect(refusal(await send(world, trigger({ ...ONE, providerConfigKey: 'nothing' })))).toBe(
    'unknown_integration',
  )
  expect((await list(scheduler)).map(({ lastRun }) => lastRun)).toEqual([undefined, undefined])
})

test.concurrent('a command without connection is about every connection of the integration', async () => {
  const connections = Array.from({ length: 120 }, (_, i) => `c${i}`)
  await using world = await prepared({ syncs: ['issues', 'pulls'], connections, autoStart: false })
  await using scheduler = await world.scheduler()
  const target = { providerConfigKey: 'github', connectionId: '', syncs: [BASE] }
  expect(await send(world, trigger(target))).toMatchObject({ $case: 'done' })
  const schedules = await list(scheduler)
  expect(schedules).toHaveLength(240)
  expect(schedules.filter(({ lastRun }) => lastRun !== undefined).map(({ sync }) => sync)).toEqual(
    Array(120).fill('issues'),
  )
  await eventually(async () => expect(await world.requested()).toHaveLength(120))
  expect(
    refusal(await send(world, trigger({ ...target, syncs: [{ name: 'nothing', variant: 'base' }] }))),
  ).toBe('unknown_sync')
})

test.concurrent('triggers of a full environment wait their turn, and status shows that they do', async () => {
  await using world = await prepared(
    { syncs: ['issues'], connections: ['a', 'b', 'c'], autoStart: false },
    { SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '2' },
  )
  await using scheduler = await world.scheduler()
  await send(world, trigger({ providerConfigKey: 'github', connectionId: '', syncs: [] }))
  expect((await list(scheduler)).map(({ lastRun }) => lastRun?.state)).toEqual(
    Array(3).fill('RUN_STATE_QUEUED'),
  )
  await eventually(async () => expect(await world.requested()).toHaveLength(2))
  const [first = ''] = await world.requested()
  await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId: first, runner: 'r' })
  await world.finish(first, 1, 'RUN_OUTCOME_SUCCESS')
  await eventually(async () => expect(await world.requested()).toHaveLength(3))
})

test.concurrent('a command that waits for the record store holds up its own environment only, and keeps its place', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  // As many as share a partition, if there were partitions.
  const others = Array.from({ length: 16 }, (_, i) => `env${i}`)
  for (const environment of others) {
    await world.deploy({ name: 'issues' }, environment)
    await world.connect('one', environment)
  }
  await using scheduler = await world.scheduler()
  await eventually(async () => expect(await list(scheduler)).toHaveLength(1))

  world.records.state.away = true
  await world.catalog.syncs.delete(ENVIRONMENT, 'github', 'issues')
  await eventually(async () => expect(await list(scheduler)).toHaveLength(0))
  await world.deploy({ name: 'issues' })
  const waiting = await world.command(trigger(ONE))
  const behind = await world.command(pause(ONE))
  const started = performance.now()
  for (const environment of others) {
    const { answer } = await world.command(trigger(ONE), environment)
    expect(await answer).toMatchObject({ $case: 'done' })
  }
  expect(performance.now() - started).toBeLessThan(5000)

  world.records.state.away = false
  world.clock.advance(60_000)
  expect(await waiting.answer).toMatchObject({ $case: 'done' })
  expect(await behind.answer).toMatchObject({ $case: 'done' })
  expect(await list(scheduler)).toMatchObject([{ state: 'SCHEDULE_STATE_PAUSED' }])
})

test.concurrent('a command that can not be decoded is dropped, and the next one applies', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  await world.bus.jetstream.publish(`${world.prefix}.command.${ENVIRONMENT}`, '\xff secret')
  await using _scheduler = await world.scheduler()
  expect(await send(world, pause(ONE))).toMatchObject({ $case: 'done' })
  expect(world.logged(`dropped message 1 on '${world.prefix}.command.${ENVIRONMENT}'`)).toBe(true)
  expect(world.logged('secret')).toBe(false)
})

describe('frequency', () => {
  test.concurrent('an override is answered in its canonical form, an empty one goes back to the default', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using scheduler = await world.scheduler()
    const set = (frequency: string) =>
      send(world, { $case: 'setFrequency', value: { ...ONE, sync: BASE, frequency } })
    expect(await set('30m')).toMatchObject({ $case: 'done', value: { frequency: 'every 30 minutes' } })
    const [{ nextAtMs } = { nextAtMs: 0 }] = await list(scheduler)
    expect(nextAtMs - world.clock.now).toBeLessThanOrEqual(HOUR_MS / 2)
    expect(await set('0 6 * * 1-5 Europe/Berlin')).toMatchObject({
      value: { frequency: '0 6 * * 1-5 Europe/Berlin' },
    })
    expect(await set('')).toMatchObject({ value: { frequency: 'every hour' } })
    expect(refusal(await set('29s'))).toBe('invalid_frequency')
    expect(refusal(await set('often'))).toBe('invalid_frequency')
    expect(await list(scheduler)).toMatchObject([{ frequency: 'every hour' }])
  })
})

describe('variants', () => {
  const variant = (variant: string) => ({ ...ONE, sync: { name: 'issues', variant } })

  test.concurrent('a variant has a schedule of its own that runs at once', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using scheduler = await world.scheduler()
    const answer = await send(world, { $case: 'createVariant', value: variant('team') })
    const schedules = await list(scheduler)
    expect(schedules.map(({ variant }) => variant)).toEqual(['base', 'team'])
    expect(answer).toMatchObject({ $case: 'done', value: { scheduleId: schedules[1]?.id } })
    expect(schedules[1]?.lastRun).toMatchObject({ state: 'RUN_STATE_QUEUED' })
    expect(refusal(await send(world, { $case: 'createVariant', value: variant('team') }))).toBe(
      'sync_variant_already_exists',
    )
  })

  test.concurrent('a sync that is not deployed has no variants, and no sync has more than allowed', async () => {
    await using world = await prepared(
      { syncs: ['issues'], connections: ['one'] },
      { SCHEDULER_MAX_VARIANTS: '3' },
    )
    await using _scheduler = await world.scheduler()
    const create = async (name: string, variant: string) =>
      refusal(await send(world, { $case: 'createVariant', value: { ...ONE, sync: { name, variant } } }))
    expect(await create('nothing', 'x')).toBe('unknown_sync')
    expect(await create('issues', 'a')).toBeUndefined()
    expect(await create('issues', 'b')).toBeUndefined()
    expect(await create('issues', 'c')).toBe('resource_capped')
  })

  test.concurrent('a deleted variant is gone, with its records, when the answer comes', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using scheduler = await world.scheduler()
    await send(world, { $case: 'createVariant', value: variant('team') })
    expect(await send(world, { $case: 'deleteVariant', value: variant('team') })).toMatchObject({
      $case: 'done',
    })
    expect(world.records.state.emptied).toMatchObject([{ model: 'Issue', variant: 'team' }])
    expect((await list(scheduler)).map(({ variant }) => variant)).toEqual(['base'])
    expect(refusal(await send(world, { $case: 'deleteVariant', value: variant('team') }))).toBe('not_found')
  })

  test.concurrent('while the record store is away a deletion is not answered, holds nothing up, and is finished later', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using scheduler = await world.scheduler()
    await send(world, { $case: 'createVariant', value: variant('team') })
    world.records.state.away = true
    await world.command({ $case: 'deleteVariant', value: variant('team') })
    expect(await send(world, pause(ONE))).toMatchObject({ $case: 'done' })
    expect((await list(scheduler)).map(({ variant }) => variant)).toEqual(['base'])
    world.records.state.away = false
    world.clock.advance(60_000)
    await eventually(() => expect(world.records.state.emptied).toMatchObject([{ variant: 'team' }]))
    expect(await send(world, { $case: 'createVariant', value: variant('team') })).toMatchObject({
      $case: 'done',
    })
  })

  test.concurrent('resetting a variant leaves those whose name begins with its own', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using scheduler = await world.scheduler()
    for (const name of ['a', 'ab']) await send(world, { $case: 'createVariant', value: variant(name) })
    await eventually(async () => expect(await world.requested()).toHaveLength(3))
    for (const runId of await world.requested()) {
      await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })
      await scheduler.runs.saveCheckpoint({ environment: ENVIRONMENT, runId, attempt: 1, json: '{"page":3}' })
    }
    await send(world, trigger({ ...ONE, syncs: [{ name: 'issues', variant: 'a' }] }, { reset: true }))
    expect((await list(scheduler)).map(({ variant, checkpoint }) => [variant, checkpoint])).toEqual([
      ['a', ''],
      ['ab', '{"page":3}'],
      ['base', '{"page":3}'],
    ])
  })
})

test.concurrent('a command that is delivered again is answered again and changes nothing', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'], autoStart: false })
  const { store } = world.instance()
  const deps = {
    store,
    catalog: world.catalog,
    events: world.events,
    limits: { frequency: world.config.frequency, variants: 2 },
    records: { begin: async () => ({ counts: [] }), emptyStreams: async () => ({}) },
  }
  const apply = (action: NonNullable<Command['action']>, id: string, again: boolean) =>
    applyCommand(deps, { id, environment: ENVIRONMENT, action }, again)
  const create: Command['action'] = {
    $case: 'createVariant',
    value: { ...ONE, sync: { name: 'issues', variant: 'v' } },
  }
  const created = await apply(create, 'create', false)
  expect(await apply(create, 'create', true)).toEqual(created)
  const remove: Command['action'] = { $case: 'deleteVariant', value: create.value }
  const removed = await apply(remove, 'delete', false)
  expect(await apply(remove, 'delete', true)).toEqual(removed)

  await apply(trigger(ONE), 'trigger', false)
  await apply(trigger(ONE), 'trigger', true)
  const [schedule] = await store.schedulesOf(ENVIRONMENT, await uidOf(world, 'one'))
  expect(schedule).toMatchObject({ pendingTrigger: '' })
  expect(await store.runs(ENVIRONMENT, schedule?.id ?? '', 50)).toHaveLength(1)
})

type Scheduler = Awaited<ReturnType<World['scheduler']>>

async function prepared(
  { syncs, connections, autoStart = true }: { syncs: string[]; connections: string[]; autoStart?: boolean },
  settings: Record<string, string> = {},
) {
  const world = await openWorld(settings)
  for (const name of syncs) await world.deploy({ name, autoStart })
  for (const id of connections) await world.connect(id)
  return world
}

async function send(world: World, action: NonNullable<Command['action']>) {
  return (await world.command(action)).answer
}

function refusal(result: CommandAnswer['result']): string | undefined {
  return result?.$case === 'refused' ? result.value.code : undefined
}

function trigger(target: Partial<Target>, { reset = false, emptyCache = false } = {}) {
  return { $case: 'trigger' as const, value: { target: whole(target), reset, emptyCache } }
}

function pause(target: Partial<Target>) {
  return { $case: 'pause' as const, value: { target: whole(target) } }
}

function whole(target: Partial<Target>): Target {
  return { providerConfigKey: '', connectionId: '', syncs: [], ...target }
}

async function list({ schedules }: Scheduler) {
  const all = { environment: ENVIRONMENT, providerConfigKey: 'github', connectionId: '', syncs: [] }
  return (await schedules.listSchedules(all)).schedules
}

async function uidOf(world: World, id: string) {
  return (await world.catalog.connections.get(ENVIRONMENT, 'github', id)).uid
}
