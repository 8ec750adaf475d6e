import { subjects } from '@syncline/bus'
import { Event } from '@syncline/events'
import { createLog } from '@syncline/service'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { EventPublisher } from '../src/publish/publish-events.ts'
import { createPublisherEvents } from '../src/publish/publisher-events.ts'
import { create, end, type Instance, take, trigger } from './steps.ts'
import { MINUTE_MS, openWorld, type World } from './world.ts'

/** Publishes what the scripts have emitted, and reads it as a consumer does. */
async function told(world: World): Promise<Event[]> {
  const { redis, bus } = world
  const events = createPublisherEvents(createLog('test', 'silent'))
  await using publisher = new EventPublisher({ redis, base: world.key(''), bus, events })
  while ((await publisher.publishBatch()) > 0);
  const consumer = await bus.jetstream.consumers.get(`${bus.prefix}_EVENTS`)
  const { num_pending: count } = await consumer.info(true)
  const found: Event[] = []
  for await (const message of await consumer.fetch({ max_messages: count })) {
    const json = message.json()
    // No field is missing, none is there that consumers do not know, and all have the form that is documented.
    expect(Event.parse(json)).toEqual(json)
    found.push(subjects.event.codec.decode(message.data))
  }
  return found
}

async function fail(instance: Instance, id: string, command: string) {
  await trigger(instance, id, command)
  await end(instance, await take(instance, id), { outcome: 'FAILED', error: 'GitHub said no' })
}

test('the life of a schedule and its runs is told in order, in the form that is documented', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance, { fields: { pause_after: 2 } })
  const first = await take(instance, id)
  world.clock.advance(1000)
  const resumeAt = world.clock.now + MINUTE_MS
  await end(instance, first, {
    outcome: 'THROTTLED',
    error: 'the quota is used up',
    resumeAt,
    version: '0.1.0',
  } as never) // no end of the run
  world.clock.advance(MINUTE_MS)
  await instance.clock.synchronize()
  await instance.ticker.tick()
  const second = await take(instance, id)
  const counts = [{ model: 'Issue', added: 3, updated: 1, deleted: 0 }]
  await end(instance, second, { counts })
  expect((await instance.runs.ended(id, 1))[0]?.version).toBe('0.1.0')
  await fail(instance, id, 'one')
  await fail(instance, id, 'two')
  await instance.schedules.start([id], 'three')

  const events = await told(world)
  const names = {
    schedule: id,
    provider_config_key: 'github',
    connection_id: 'customer-uid',
    sync: 'issues',
    variant: 'base',
  }
  const started = new Date(second.startedAt).toISOString()
  expect(events.map(({ type, data }) => ({ type, data }))).toEqual([
    { type: 'run.started', data: { ...names, run: first.run, attempt: 1, cause: 'schedule' } },
    {
      type: 'run.throttled',
      data: {
        ...names,
        run: first.run,
        attempt: 1,
        reason: 'the quota is used up',
        until: new Date(resumeAt).toISOString(),
      },
    },
    { type: 'run.started', data: { ...names, run: first.run, attempt: 2, cause: 'schedule' } },
    {
      type: 'run.ended',
      data: {
        ...names,
        run: first.run,
        attempt: 2,
        cause: 'schedule',
        outcome: 'success',
        error: '',
        result: { Issue: { added: 3, updated: 1, deleted: 0 } },
        version: '0.1.0',
        requested_at: started,
        started_at: started,
        finished_at: new Date(world.clock.now).toISOString(),
      },
    },
    { type: 'run.started', data: expect.objectContaining({ cause: 'trigger' }) },
    { type: 'run.ended', data: expect.objectContaining({ outcome: 'failed', error: 'GitHub said no' }) },
    { type: 'run.started', data: expect.objectContaining({ cause: 'trigger' }) },
    { type: 'run.ended', data: expect.objectContaining({ outcome: 'failed', result: {} }) },
    { type: 'sync.paused', data: { ...names, reason: expect.stringContaining('2 runs failed') } },
    { type: 'sync.started', data: names },
  ])
  expect(new Set(events.map((it) => it.source))).toEqual(new Set(['/environments/dev']))
})

test('a run that no runner took, and one that was cancelled, are told', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  await instance.schedules.pause([id], 'one')
  await trigger(instance, id, 'two')
  await instance.schedules.start([id], 'three')
  const { run } = await take(instance, id)
  await instance.schedules.cancel('dev', [id], { run, reason: 'somebody cancelled it', command: 'four' })
  const events = await told(world)
  expect(events.map(({ type }) => type)).toEqual([
    'run.ended',
    'sync.paused',
    'sync.started',
    'run.started',
    'run.ended',
  ])
  expect(events[0]?.data).toMatchObject({ outcome: 'cancelled', started_at: null, attempt: 0 })
  expect(events[1]?.data).toMatchObject({ reason: 'a command paused it' })
  expect(events[4]?.data).toMatchObject({ outcome: 'cancelled', error: 'somebody cancelled it' })
})

test('a scheduler publishes by itself', async () => {
  await using world = await openWorld()
  await using _scheduler = await world.scheduler()
  const instance = await world.instance()
  const id = await create(instance)
  await end(instance, await take(instance, id))
  const stream = `${world.prefix}_EVENTS`
  await eventually(async () => expect((await world.bus.manager.streams.info(stream)).state.messages).toBe(2))
})
