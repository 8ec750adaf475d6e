import { publish, subjects } from '@syncline/bus'
import { type Command, CommandAnswer, type Target } from '@syncline/proto'
import { createLog } from '@syncline/service'
import { eventually } from '@syncline/testkit'
import { describe, expect, test } from 'vitest'
import { applyCommand } from '../src/apply-command.ts'
import { Definitions } from '../src/definitions.ts'
import { scheduleOf as scheduleOfRun } from '../src/run.ts'
import { createScheduleEvents } from '../src/schedule-events.ts'
import { CleaningStore } from '../src/store/cleaning-store.ts'
import { activeRuns, openOwnWorld, schedulesIn } from './read-schedules.ts'
import { RUNNER, scheduleOf, succeed, take } from './steps.ts'
import { ENVIRONMENT, HOUR_MS, type World } from './world.ts'

const ONE = { providerConfigKey: 'github', connectionId: 'one' }
const BASE = { name: 'issues', variant: 'base' }

test.concurrent('commands on one sync apply in the order in which they were accepted', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  await using _scheduler = await world.scheduler()
  const frequencies = Array.from({ length: 40 }, (_, i) => `${i + 1} hours`)
  const sent = []
  for (const frequency of frequencies) {
    sent.push(await world.command({ $case: 'setFrequency', value: { ...ONE, sync: BASE, frequency } }))
  }
  await sent.at(-1)?.answer
  expect(await schedulesIn(world)).toMatchObject([{ intervalMs: 40 * HOUR_MS }])
})

test.concurrent('a command that was accepted while every scheduler is down happens when one is back', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  const { answer } = await world.command(pause(ONE))
  await using _scheduler = await world.scheduler()
  expect(await answer).toMatchObject({ $case: 'done' })
  expect(await schedulesIn(world)).toMatchObject([{ state: 'PAUSED' }])
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
  await using _scheduler = await world.scheduler()
  const syncs = [BASE, { name: 'pulls', variant: 'base' }, { name: 'nothing', variant: 'base' }]
  expect(refusal(await send(world, trigger({ ...ONE, syncs })))).toBe('unknown_sync')
  expect(refusal(await send(world, trigger({ ...ONE, syncs: [{ name: 'issues', variant: 'x' }] })))).toBe(
    'unknown_sync',
  )
  expect(refusal(await send(world, trigger({ ...ONE, connectionId: 'nobody' })))).toBe('unknown_connection')
  expect(refusal(await send(world, trigger({ ...ONE, providerConfigKey: 'nothing' })))).toBe(
    'unknown_integration',
  )
  await eventually(async () =>
    expect((await schedulesIn(world)).map(({ lastRun }) => lastRun)).toEqual(['', '']),
  )
})

test.concurrent('a command without connection is about every connection of the integration', async () => {
  const connections = Array.from({ length: 120 }, (_, i) => `c${i}`)
  await using world = await prepared({ syncs: ['issues', 'pulls'], connections, autoStart: false })
  await using _scheduler = await world.scheduler()
  const target = { providerConfigKey: 'github', connectionId: '', syncs: [BASE] }
  expect(await send(world, trigger(target))).toMatchObject({ $case: 'done' })
  const schedules = await eventually(async () => {
    expect(await schedulesIn(world)).toHaveLength(240)
    return schedulesIn(world)
  })
  expect(schedules.filter(({ active }) => active !== '').map(({ definition }) => definition.sync)).toEqual(
    Array(120).fill('issues'),
  )
  expect(
    refusal(await send(world, trigger({ ...target, syncs: [{ name: 'nothing', variant: 'base' }] }))),
  ).toBe('unknown_sync')
})

test.concurrent('a command that waits for the record store holds up its own environment only, and keeps its place', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  // As many as share a partition, if there were partitions.
  const others = Array.from({ length: 16 }, (_, i) => `env${i}`)
  for (const environment of others) {
    await world.deploy({ name: 'issues' }, environment)
    await world.connect('one', environment)
  }
  await using _scheduler = await world.scheduler()
  const own = async () =>
    (await schedulesIn(world)).filter(({ definition }) => definition.environment === ENVIRONMENT)
  const [schedule] = await eventually(async () => {
    expect(await own()).toHaveLength(1)
    return own()
  })
  // A runner has it, so that there may be records.
  const instance = await world.instance()
  await eventually(async () => {
    const taken = await instance.runs.takeRuns({ ...RUNNER, slots: 100 }, 100, 0)
    expect(taken.some(({ run }) => run.startsWith(schedule?.id ?? ''))).toBe(true)
  })

  world.records.state.away = true
  await world.catalog.syncs.delete(ENVIRONMENT, 'github', 'issues')
  await eventually(async () => expect(await own()).toHaveLength(0))
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
  expect(await own()).toMatchObject([{ state: 'PAUSED' }])
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
    await using _scheduler = await world.scheduler()
    const set = (frequency: string) =>
      send(world, { $case: 'setFrequency', value: { ...ONE, sync: BASE, frequency } })
    expect(await set('30m')).toMatchObject({ $case: 'done', value: { frequency: 'every 30 minutes' } })
    const [half] = await schedulesIn(world)
    expect(half).toMatchObject({ intervalMs: HOUR_MS / 2, freshMs: HOUR_MS })
    expect((half?.nextAt ?? 0) - world.clock.now).toBeLessThanOrEqual(HOUR_MS / 2)
    expect(await set('0 6 * * 1-5 Europe/Berlin')).toMatchObject({
      value: { frequency: '0 6 * * 1-5 Europe/Berlin' },
    })
    expect(await set('')).toMatchObject({ value: { frequency: 'every hour' } })
    expect(refusal(await set('29s'))).toBe('invalid_frequency')
    expect(refusal(await set('often'))).toBe('invalid_frequency')
    expect(await schedulesIn(world)).toMatchObject([
      { frequency: '', intervalMs: HOUR_MS, freshMs: 2 * HOUR_MS },
    ])
  })
})

describe('variants', () => {
  const variant = (variant: string) => ({ ...ONE, sync: { name: 'issues', variant } })

  test.concurrent('a variant has a schedule of its own that runs at once', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    await eventually(async () => expect(await schedulesIn(world)).toHaveLength(1))
    const answer = await send(world, { $case: 'createVariant', value: variant('team') })
    const schedules = await schedulesIn(world)
    expect(schedules.map(({ variant }) => variant)).toEqual(['base', 'team'])
    expect(answer).toMatchObject({ $case: 'done', value: { scheduleId: schedules[1]?.id } })
    expect(schedules[1]?.active).not.toBe('')
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
    await using _scheduler = await world.scheduler()
    await send(world, { $case: 'createVariant', value: variant('team') })
    await (await world.instance()).runs.takeRuns(RUNNER, 10, 0)
    expect(await send(world, { $case: 'deleteVariant', value: variant('team') })).toMatchObject({
      $case: 'done',
    })
    expect(world.records.state.emptied).toMatchObject([{ model: 'Issue', variant: 'team' }])
    expect((await schedulesIn(world)).map(({ variant }) => variant)).toEqual(['base'])
    expect(refusal(await send(world, { $case: 'deleteVariant', value: variant('team') }))).toBe('not_found')
  })

  test.concurrent('while the record store is away a deletion is not answered, holds nothing up, and is finished later', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    await send(world, { $case: 'createVariant', value: variant('team') })
    await (await world.instance()).runs.takeRuns(RUNNER, 10, 0)
    world.records.state.away = true
    await world.command({ $case: 'deleteVariant', value: variant('team') })
    expect(await send(world, pause(ONE))).toMatchObject({ $case: 'done' })
    expect((await schedulesIn(world)).map(({ variant }) => variant)).toEqual(['base'])
    world.records.state.away = false
    world.clock.advance(60_000)
    await eventually(() => expect(world.records.state.emptied).toMatchObject([{ variant: 'team' }]))
    expect(await send(world, { $case: 'createVariant', value: variant('team') })).toMatchObject({
      $case: 'done',
    })
  })

  test.concurrent('resetting a variant leaves those whose name begins with its own', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    for (const name of ['a', 'ab']) await send(world, { $case: 'createVariant', value: variant(name) })
    await eventually(async () => expect(await activeRuns(world)).toHaveLength(3))
    const { runs } = await world.instance()
    const taken = await runs.takeRuns(RUNNER, 10, 0)
    expect(taken).toHaveLength(3)
    for (const { run, attempt } of taken) await runs.saveCheckpoint(run, attempt, '{"page":3}')
    await send(world, trigger({ ...ONE, syncs: [{ name: 'issues', variant: 'a' }] }, { reset: true }))
    expect((await schedulesIn(world)).map(({ variant, checkpoint }) => [variant, checkpoint])).toEqual([
      ['a', ''],
      ['ab', '{"page":3}'],
      ['base', '{"page":3}'],
    ])
  })
})

test.concurrent('a command that is delivered again is answered again and changes nothing', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'], autoStart: false })
  const instance = await world.instance()
  const { schedules } = instance
  const events = createScheduleEvents(createLog('test', 'fatal'))
  const deps = {
    schedules,
    cleanings: new CleaningStore(instance.state),
    definitions: new Definitions(schedules, events),
    catalog: world.catalog,
    events,
    notices: { wakeRunners: () => {}, stop: () => {} },
    limits: { frequency: world.config.frequency, variants: 2 },
    records: { begin: async () => ({ counts: [] }), emptyStreams: async () => ({}) },
  }
  const apply = (action: NonNullable<Command['action']>, id: string, again: boolean) =>
    applyCommand(deps, { id, environment: ENVIRONMENT, action, also: [] }, again)
  const twice = async (action: NonNullable<Command['action']>, id: string) => {
    const first = await apply(action, id, false)
    const before = await schedulesIn(world)
    expect(await apply(action, id, true)).toEqual(first)
    expect(await schedulesIn(world)).toEqual(before)
    return before
  }
  const create: Command['action'] = {
    $case: 'createVariant',
    value: { ...ONE, sync: { name: 'issues', variant: 'v' } },
  }
  expect(await twice(create, 'create')).toHaveLength(1)
  expect(await twice({ $case: 'deleteVariant', value: create.value }, 'delete')).toEqual([])
  expect(await twice(trigger(ONE), 'trigger')).toMatchObject([{ pending: '', active: /-/ }])
  expect(await twice(trigger(ONE), 'trigger again')).toMatchObject([{ pending: 'trigger' }])
  const [{ id } = { id: '' }] = await schedulesIn(world)
  await take(instance, id)
  // The reset cancels the run that is under way, once.
  const [reset] = await twice(trigger(ONE, { reset: true }), 'reset')
  expect(await instance.runs.ended(id, 50)).toMatchObject([{ outcome: 'CANCELLED' }])
  expect(reset?.active).not.toBe('')
  expect(
    await twice({ $case: 'start', value: { target: whole(ONE), withRuns: false } }, 'start'),
  ).toMatchObject([{ state: 'STARTED', pending: 'start' }])
  await twice(pause(ONE), 'pause')
  expect(await world.problems()).toEqual([])
})

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
}

async function prepared(
  { syncs, connections, autoStart = true }: { syncs: string[]; connections: string[]; autoStart?: boolean },
  settings: Record<string, string> = {},
) {
  const world = await openOwnWorld(settings)
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

function trigger(target: Partial<Target>, { reset = false, emptyCache = false, withRuns = false } = {}) {
  return { $case: 'trigger' as const, value: { target: whole(target), reset, emptyCache, withRuns } }
}

function pause(target: Partial<Target>) {
  return { $case: 'pause' as const, value: { target: whole(target) } }
}

function whole(target: Partial<Target>): Target {
  return { providerConfigKey: '', connectionId: '', syncs: [], ...target }
}

const message = (action: NonNullable<Command['action']>, id: string, also: Command[] = []): Command => ({
  id,
  environment: ENVIRONMENT,
  action,
  also,
})

test.concurrent('commands of one message apply in their order, and each has its answer and its result', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  await using scheduler = await world.scheduler()
  const answers = new Map<string, string | undefined>()
  world.bus.connection.subscribe(`${world.prefix}.answer.*`, {
    callback: (_, { subject, data }) =>
      void answers.set(subject.split('.').at(-1) ?? '', CommandAnswer.decode(data).result?.$case),
  })
  const unknown = trigger({ ...ONE, syncs: [{ name: 'nothing', variant: 'base' }] })
  const also = [message(pause(ONE), 'b'), message(unknown, 'c'), message(trigger(ONE), 'd')]
  const options = { id: 'a', replyTo: `${world.prefix}.answer.a` }
  await publish(world.bus, subjects.command, [ENVIRONMENT], message(trigger(ONE), 'a', also), options)
  await eventually(async () =>
    expect(Object.fromEntries(answers)).toEqual({ a: 'done', b: 'done', c: 'refused', d: 'done' }),
  )
  expect(await schedulesIn(world)).toMatchObject([{ state: 'PAUSED' }])
  const state = async (id: string, environment = ENVIRONMENT) =>
    (await scheduler.commands.getCommand({ environment, id })).result?.$case
  expect([await state('a'), await state('c'), await state('d', 'other'), await state('e')]).toEqual([
    'done',
    'refused',
    undefined,
    undefined,
  ])
})

test.concurrent('a command with an id that was applied is not applied again, whatever came in between', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'], autoStart: false })
  await using _scheduler = await world.scheduler()
  let sent = 0
  const apply = async (action: NonNullable<Command['action']>, id: string) => {
    const replyTo = `${world.prefix}.answer.${id}`
    const answer = Promise.withResolvers<CommandAnswer['result']>()
    world.bus.connection.subscribe(replyTo, {
      max: 1,
      callback: (_, { data }) => answer.resolve(CommandAnswer.decode(data).result),
    })
    await publish(world.bus, subjects.command, [ENVIRONMENT], message(action, id), {
      id: `m${++sent}`,
      replyTo,
    })
    return answer.promise
  }
  const first = await apply(trigger(ONE, { withRuns: true }), 'first')
  await apply({ $case: 'start', value: { target: whole(ONE), withRuns: false } }, 'start')
  await apply({ $case: 'cancel', value: { target: whole(ONE) } }, 'cancel')
  const before = await schedulesIn(world)
  expect(await apply(trigger(ONE, { withRuns: true }), 'first')).toEqual(first)
  await apply({ $case: 'start', value: { target: whole(ONE), withRuns: false } }, 'start')
  expect(await apply({ $case: 'cancel', value: { target: whole(ONE) } }, 'cancel')).toMatchObject({
    value: { cancelled: 1 },
  })
  expect(await schedulesIn(world)).toEqual(before)
})

test.concurrent('a trigger tells the run, also of one that waits, and the run is found before, while and after it runs', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'], autoStart: false })
  await using scheduler = await world.scheduler()
  const asked = async () => {
    const result = await send(world, trigger(ONE, { withRuns: true }))
    return result?.$case === 'done' ? result.value.runs : []
  }
  const [first = expect.fail()] = await asked()
  expect(first).toMatchObject({ connectionId: 'one', sync: 'issues', variant: 'base' })
  const [second = expect.fail()] = await asked()
  const [third = expect.fail()] = await asked()
  // Triggers that wait become one run.
  expect([second.id === first.id, third.id === second.id]).toEqual([false, true])
  const get = (runId: string, environment = ENVIRONMENT) => scheduler.schedules.getRun({ environment, runId })
  expect(await get(second.id)).toMatchObject({ id: second.id, state: 'RUN_STATE_QUEUED', cause: 'trigger' })
  const instance = await world.instance()
  await succeed(instance, scheduleOfRun(first.id))
  expect(await get(first.id)).toMatchObject({ state: 'RUN_STATE_ENDED', outcome: 'RUN_OUTCOME_SUCCESS' })
  const taken = await take(instance, scheduleOfRun(first.id))
  expect(taken.run).toBe(second.id)
  expect(await get(second.id)).toMatchObject({ state: 'RUN_STATE_RUNNING', connectionId: 'one' })
  await expect(get(second.id, 'other')).rejects.toMatchObject({ code: 'unknown_run' })
  await expect(get('no-run')).rejects.toMatchObject({ code: 'unknown_run' })
})
