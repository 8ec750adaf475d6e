import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats } from '@syncline/embedded'
import { eventually, namespace, SeededRandom, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { Appender, type Bus, connectBus, type Subject } from '../src/index.ts'

const subject: Subject<string> = {
  name: 'event.test',
  stream: 'EVENTS',
  codec: {
    encode: (text) => ({ finish: () => Buffer.from(text) }),
    decode: (bytes) => Buffer.from(bytes).toString(),
  },
}

const open = (url = servers().nats.url, prefix = namespace()) =>
  connectBus({ url, prefix, replicas: 1 }, 'test')

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `m${from + n}`,
    tokens: ['dev'],
    message: `${from + n}`,
  }))

/** As a publisher does it: until all are durable. */
async function appendAll(appender: Appender<string>, from: number, count: number, retryMs = 0) {
  let left = numbered(from, count)
  while (left.length > 0) {
    try {
      left = left.slice(await appender.append(left.slice(0, 1000)))
    } catch (error) {
      if (retryMs === 0) throw error
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}

async function stored(bus: Bus): Promise<string[]> {
  const stream = `${bus.prefix}_EVENTS`
  const { name, num_pending: count } = await bus.manager.consumers.add(stream, {
    ack_policy: 'none',
    filter_subject: `${bus.prefix}.event.test.dev`,
  })
  const found: string[] = []
  if (count === 0) return found
  const consumer = await bus.jetstream.consumers.get(stream, name)
  for await (const message of await consumer.fetch({ max_messages: count })) found.push(message.string())
  return found
}

const inOrder = (count: number) => Array.from({ length: count }, (_, n) => `${n}`)

test('messages are stored once and in order, whatever others publish in between', async () => {
  await using bus = await open()
  const appender = new Appender(bus, subject)
  let stop = false
  const random = new SeededRandom('1')
  const others = (async () => {
    for (let n = 0; !stop; n++) {
      // Our own publishers give ids; a user who publishes by hand may not.
      const options = random.next() < 0.5 ? {} : { msgID: `other${n}` }
      await bus.jetstream.publish(`${bus.prefix}.event.other.dev`, 'x', options)
      await new Promise((resolve) => setTimeout(resolve, 10 * random.next()))
    }
  })()
  await appendAll(appender, 0, 2000)
  stop = true
  await others
  await appendAll(appender, 2000, 3000)
  expect(await stored(bus)).toEqual(inOrder(5000))
})

test('two processes that append the same messages store each once, and in order', async () => {
  await using bus = await open()
  const [one, two] = [new Appender(bus, subject), new Appender(bus, subject)]
  await Promise.all([appendAll(one, 0, 3000), appendAll(two, 0, 3000)])
  expect(await stored(bus)).toEqual(inOrder(3000))
})

test('one that did not get the answer goes on behind what is stored, also when NATS has forgotten the ids', async () => {
  await using bus = await open()
  await bus.manager.streams.update(`${bus.prefix}_EVENTS`, { duplicate_window: 100e6 })
  await appendAll(new Appender(bus, subject), 0, 300)
  await new Promise((resolve) => setTimeout(resolve, 300))
  // A new process has all of them still, and more.
  await appendAll(new Appender(bus, subject), 0, 800)
  expect(await stored(bus)).toEqual(inOrder(800))
})

test('a message that gets lost on its way holds back those behind it', async () => {
  await using bus = await open()
  const random = new SeededRandom('2')
  const publish: Bus['jetstream']['publish'] = (...args) =>
    random.next() < 0.01 ? Promise.reject(new Error('lost')) : bus.jetstream.publish(...args)
  const lossy = { ...bus, jetstream: Object.assign(Object.create(bus.jetstream), { publish }) }
  await appendAll(new Appender(lossy, subject), 0, 2000, 1)
  expect(await stored(bus)).toEqual(inOrder(2000))
})

test('a server that has restarted after a quiet time takes messages', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'appender-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'nats.log') }
  const first = await startNats(place)
  await using bus = await open(first.url)
  await bus.manager.streams.update(`${bus.prefix}_EVENTS`, { duplicate_window: 100e6 })
  const appender = new Appender(bus, subject)
  await appendAll(appender, 0, 10)
  await first[Symbol.asyncDispose]()
  await using _second = await startNats({ ...place, port: first.port })
  await eventually(async () => expect(await stored(bus)).toHaveLength(10))
  await appendAll(appender, 10, 10, 50)
  expect(await stored(bus)).toEqual(inOrder(20))
})

test('a server that restarts loses and reorders nothing; while it is away, append fails', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'appender-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'nats.log') }
  const first = await startNats(place)
  await using bus = await open(first.url)
  const appender = new Appender(bus, subject)
  const all = appendAll(appender, 0, 20_000, 50)
  await eventually(async () => expect((await stored(bus)).length).toBeGreaterThan(1000))
  await first[Symbol.asyncDispose]()
  await expect(new Appender(bus, subject).append(numbered(0, 1))).rejects.toMatchObject({
    code: 'unavailable',
  })
  await using _second = await startNats({ ...place, port: first.port })
  await all
  expect(await stored(bus)).toEqual(inOrder(20_000))
})
