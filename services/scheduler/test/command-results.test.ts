import { publish, subjects } from '@syncline/bus'
import { type Command, CommandAnswer } from '@syncline/proto'
import { createLog } from '@syncline/service'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { applyCommand } from '../src/commands/apply-command.ts'
import { Definitions } from '../src/reconcile/definitions.ts'
import { createScheduleEvents } from '../src/schedule-events.ts'
import { scheduleOf as scheduleOfRun } from '../src/schedules/run.ts'
import { CleaningStore } from '../src/store/cleaning-store.ts'
import { ONE, pause, prepared, send, trigger, whole } from './command-steps.ts'
import { schedulesIn } from './read-schedules.ts'
import { succeed, take } from './steps.ts'
import { ENVIRONMENT } from './world.ts'

const message = (action: NonNullable<Command['action']>, id: string, also: Command[] = []): Command => ({
  id,
  environment: ENVIRONMENT,
  action,
  also,
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
    records: {
      begin: async () => ({ counts: [] }),
      emptyStreams: async () => ({}),
      forgetRuns: async () => ({}),
    },
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
