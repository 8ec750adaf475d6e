import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, connectBus, subjects } from '@syncline/bus'
import { startNats } from '@syncline/embedded'
import type { Event } from '@syncline/events'
import { connectRedis, type Redis, script } from '@syncline/redis'
import { createLog } from '@syncline/service'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { EventPublisher, publishEvents } from '../src/publish/publish-events.ts'
import { createPublisherEvents } from '../src/publish/publisher-events.ts'
import { State } from '../src/store/state.ts'

const AT = 1_800_000_000_000
const emitScript = script(
  new URL('./emit.lua', import.meta.url),
  new URL('../src/scripts/prelude.lua', import.meta.url),
)
const NAMES = { schedule: 's', provider_config_key: 'github', connection_id: 'c', sync: 'i', variant: 'base' }

/** Redis and NATS with names of this test alone. */
async function openWorld(natsUrl = servers().nats.url) {
  await using open = new AsyncDisposableStack()
  const prefix = namespace()
  const bus = open.use(await connectBus({ url: natsUrl, prefix, replicas: 1 }, 'test'))
  const redis = open.adopt(
    connectRedis(servers().redis.url, () => {}),
    (client) => client.disconnect(),
  )
  const limits = { maxRuns: 1, queueTimeoutMs: 1, leaseMs: 1, historyRuns: 1, environmentRuns: 100 }
  const state = new State(redis, prefix, limits, () => AT)
  const lines: string[] = []
  const log = createLog('test', 'warn', { write: (line) => void lines.push(line) })
  const deps = { redis, base: state.key(''), bus, events: createPublisherEvents(log) }
  const owned = open.move()
  return {
    ...deps,
    lines,
    deps,
    /** Events of schedules 0, 1, 2 and so on. */
    emit: (from: number, count: number, environment = 'dev') =>
      state.run(emitScript, {
        events: Array.from({ length: count }, (_, n) => ({
          type: 'sync.started',
          environment,
          data: { ...NAMES, schedule: `${from + n}` },
        })),
      }),
    waiting: () => redis.xlen(state.key('events')),
    published: () => published(bus),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function published(bus: Bus, environment = '*'): Promise<Event[]> {
  const stream = `${bus.prefix}_EVENTS`
  const filter_subject = `${bus.prefix}.event.*.*.${environment}`
  const { name, num_pending } = await bus.manager.consumers.add(stream, {
    ack_policy: 'none',
    filter_subject,
  })
  if (num_pending === 0) return []
  const consumer = await bus.jetstream.consumers.get(stream, name)
  const found: Event[] = []
  for await (const message of await consumer.fetch({ max_messages: num_pending })) {
    const event = subjects.event.codec.decode(message.data)
    expect(message.subject).toBe(`${bus.prefix}.event.${event.type}.${event.source.split('/')[2]}`)
    expect(message.headers?.get('Nats-Msg-Id')).toBe(event.id)
    found.push(event)
  }
  return found
}

const schedules = (events: Event[]) =>
  events.map(({ data }) => ('schedule' in data && typeof data.schedule === 'string' ? data.schedule : ''))
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `${n}`)

test('what scripts emit becomes messages in order, and leaves Redis', async () => {
  await using world = await openWorld()
  await world.emit(0, 1200)
  await using _publishing = publishEvents(world.deps)
  await eventually(async () => expect(await world.waiting()).toBe(0))
  const events = await world.published()
  expect(schedules(events)).toEqual(numbered(1200))
  expect(events[0]).toMatchObject({
    specversion: '1.0',
    source: '/environments/dev',
    type: 'sync.started',
    time: new Date(AT).toISOString(),
    data: { ...NAMES, schedule: '0' },
  })
})

test('an instance that dies between publishing and removing leaves no gap and no repetition', async () => {
  await using world = await openWorld()
  await world.emit(0, 700)
  // It dies: Redis gets nothing of it any more.
  const redis = Object.assign(Object.create(world.redis) as Redis, {
    xtrim: () => Promise.reject(new Error('killed')),
  })
  const dying = new EventPublisher({ ...world.deps, redis })
  await expect(dying.publishBatch()).rejects.toThrow('killed')
  await dying[Symbol.asyncDispose]()
  expect(await world.published()).toHaveLength(500)
  expect(await world.waiting()).toBe(700)

  await using _publishing = publishEvents(world.deps)
  await eventually(async () => expect(await world.waiting()).toBe(0))
  expect(schedules(await world.published())).toEqual(numbered(700))
})

test('of many instances one publishes, and another goes on when it has stopped', async () => {
  await using world = await openWorld()
  const [one, two] = [new EventPublisher(world.deps), new EventPublisher(world.deps)]
  await world.emit(0, 1)
  expect(await one.publishBatch()).toBe(1)
  await world.emit(1, 1)
  expect(await two.publishBatch()).toBe(0)
  expect(await world.waiting()).toBe(1)
  await one[Symbol.asyncDispose]()
  await eventually(async () => expect(await two.publishBatch()).toBe(1))
  expect(schedules(await world.published())).toEqual(numbered(2))
  await two[Symbol.asyncDispose]()
})

test('connection events of the gateway come in between', async () => {
  await using world = await openWorld()
  await using _publishing = publishEvents(world.deps)
  for (let n = 0; n < 20; n++) {
    await world.emit(n * 50, 50)
    await world.bus.jetstream.publish(`${world.bus.prefix}.event.connection.x.dev`, '{}', { msgID: `c${n}` })
  }
  await eventually(async () => expect(await world.waiting()).toBe(0))
  const { state } = await world.bus.manager.streams.info(`${world.bus.prefix}_EVENTS`)
  expect(state.messages).toBe(1020)
})

test('what cannot be read is dropped and said, and holds up nothing', async () => {
  await using world = await openWorld()
  await world.emit(0, 1)
  await world.redis.xadd(`${world.base}events`, '*', 'e', '{"type":"run.exploded"}')
  await world.redis.xadd(`${world.base}events`, '*', 'e', 'not JSON')
  await world.emit(1, 1)
  await using _publishing = publishEvents(world.deps)
  await eventually(async () => expect(await world.waiting()).toBe(0))
  expect(schedules(await world.published())).toEqual(numbered(2))
  expect(world.lines.filter((line) => line.includes('event dropped'))).toHaveLength(2)
})

test('about 100 000 events wait; of more, the oldest are dropped, counted and said', {
  timeout: 60_000,
}, async () => {
  await using world = await openWorld()
  for (let n = 0; n < 101_000; n += 1000) await world.emit(n, 1000)
  const waiting = await world.waiting()
  expect(waiting).toBeGreaterThanOrEqual(100_000)
  expect(waiting).toBeLessThanOrEqual(100_200)
  await using publisher = new EventPublisher(world.deps)
  await publisher.publishBatch()
  expect(world.lines.join()).toContain(`"count":${101_000 - waiting}`)
  expect(schedules(await world.published())[0]).toBe(`${101_000 - waiting}`)
  await publisher.publishBatch()
  expect(world.lines).toHaveLength(1)
})

test('while NATS is away events wait, and all are published in order when it is back', {
  timeout: 60_000,
}, async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'publish-events-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'nats.log') }
  const first = await startNats(place)
  await using world = await openWorld(first.url)
  await using _publishing = publishEvents(world.deps)
  await world.emit(0, 100)
  await eventually(async () => expect(await world.waiting()).toBe(0))
  await first[Symbol.asyncDispose]()
  await world.emit(100, 3000)
  await eventually(() => expect(world.lines.join()).toContain('events not published'), { timeoutMs: 30_000 })
  await using _second = await startNats({ ...place, port: first.port })
  await eventually(async () => expect(await world.waiting()).toBe(0), { timeoutMs: 30_000 })
  expect(schedules(await world.published())).toEqual(numbered(3100))
})
