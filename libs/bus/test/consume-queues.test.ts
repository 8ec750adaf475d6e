import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from '@syncline/proto'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type Bus, type Consumption, connectBus, consumeQueues, publish, subjects } from '../src/index.ts'

const STREAM = 'COMMANDS'

const consumption = (changes: Partial<Consumption<Command>> = {}): Consumption<Command> => ({
  subject: subjects.command,
  durable: 'test',
  ackWaitMs: 1000,
  concurrency: 4,
  onError: () => {},
  ...changes,
})

const send = (bus: Bus, queue: string, id: string) =>
  publish(
    bus,
    subjects.command,
    [queue],
    { id, environment: queue, action: undefined, also: [] },
    { id: `${queue}.${id}` },
  )

async function withBus(work: (bus: Bus, stop: AbortController, again: () => Promise<Bus>) => Promise<void>) {
  await using open = new AsyncDisposableStack()
  const prefix = namespace()
  const stop = new AbortController()
  const another = async () =>
    open.use(await connectBus({ url: servers().nats.url, prefix, replicas: 1 }, 'test'))
  await work(await another(), stop, another).finally(() => stop.abort())
}

test('a queue keeps its order over instances and failures', () =>
  withBus(async (bus, stop, another) => {
    const queues = ['a', 'b', 'c', 'd', 'e', 'f']
    const ids = Array.from({ length: 12 }, (_, n) => `run${n}`)
    const seen = new Map(queues.map((queue): [string, string[]] => [queue, []]))
    const failed = new Set<string>()
    const inWork = new Set<string>()
    const work = async ({ message: { id, environment: queue } }: { message: Command }) => {
      expect(inWork.has(queue)).toBe(false)
      inWork.add(queue)
      await new Promise(setImmediate)
      inWork.delete(queue)
      if (id === 'run3' && !failed.has(queue)) {
        failed.add(queue)
        throw new Error('once')
      }
      seen.get(queue)?.push(id)
    }
    for (const instance of [bus, await another(), await another()])
      void consumeQueues(instance, consumption(), work, stop.signal)
    for (const id of ids) await Promise.all(queues.map((queue) => send(bus, queue, id)))
    await eventually(() => expect([...seen.values()]).toEqual(queues.map(() => ids)))
    expect(failed.size).toBe(queues.length)
  }))

test('queues whose first message fails hold up no other queue, however many they are', () =>
  withBus(async (bus, stop) => {
    const failing = Array.from({ length: 12 }, (_, n) => `failing${n}`)
    const away = { is: true }
    const seen: string[] = []
    const work = async ({ message: { id, environment: queue } }: { message: Command }) => {
      if (away.is && failing.includes(queue)) throw new Error('not yet')
      seen.push(`${queue} ${id}`)
    }
    void consumeQueues(bus, consumption({ concurrency: 2 }), work, stop.signal)
    for (const queue of failing) for (const id of ['1', '2']) await send(bus, queue, id)
    for (let n = 0; n < 5; n++) {
      await send(bus, 'well', String(n))
      await eventually(() => expect(seen).toHaveLength(n + 1))
    }
    away.is = false
    await eventually(() => expect(seen).toHaveLength(5 + 2 * failing.length))
    for (const queue of failing)
      expect(seen.filter((line) => line.startsWith(`${queue} `))).toEqual([`${queue} 1`, `${queue} 2`])
  }))

test('a long queue takes turns with the others', () =>
  withBus(async (bus, stop) => {
    for (let n = 0; n < 50; n++) await send(bus, 'long', String(n))
    const seen: string[] = []
    const sent = Promise.withResolvers<void>()
    const work = async ({ message: { environment: queue } }: { message: Command }) => {
      if (seen.length === 5) await sent.promise
      seen.push(queue)
    }
    void consumeQueues(bus, consumption({ concurrency: 1 }), work, stop.signal)
    await eventually(() => expect(seen).toHaveLength(5))
    await send(bus, 'short', '1')
    sent.resolve()
    await eventually(() => expect(seen).toContain('short'))
    expect(seen.indexOf('short')).toBeLessThan(20)
  }))

test('messages from before the start, and those of an instance that died, are found', () =>
  withBus(async (bus, stop, another) => {
    await send(bus, 'early', '1')
    const dying = await another()
    const taken = Promise.withResolvers<void>()
    const hang = () => {
      taken.resolve()
      return new Promise<never>(() => {})
    }
    void consumeQueues(dying, consumption(), hang, stop.signal)
    await taken.promise
    await send(bus, 'early', '2')
    const seen: string[] = []
    const work = async ({ message }: { message: Command }) => void seen.push(message.id)
    void consumeQueues(bus, consumption(), work, stop.signal)
    await dying.connection.close()
    await eventually(() => expect(seen).toEqual(['1', '2']))
  }))

test('a message whose announcement is lost is found', () =>
  withBus(async (bus, stop, another) => {
    const seen = new Set<string>()
    const work = async ({ message }: { message: Command }) => void seen.add(message.id)
    // Gets about half of the announcements, and does nothing.
    const idle = await another()
    idle.connection.subscribe(`${bus.prefix}.command.*`, { queue: 'test', callback: () => {} })
    await idle.connection.flush()
    void consumeQueues(bus, consumption(), work, stop.signal)
    for (let n = 0; n < 20; n++) await send(bus, `queue${n}`, String(n))
    await eventually(() => expect(seen.size).toBe(20))
  }))

test('a message that can not be decoded is dropped and does not block its queue', () =>
  withBus(async (bus, stop) => {
    const errors: unknown[] = []
    const seen: string[] = []
    await bus.jetstream.publish(`${bus.prefix}.command.dev`, '\xff\xff')
    await send(bus, 'dev', 'next')
    const work = async ({ message }: { message: Command }) => void seen.push(message.id)
    void consumeQueues(bus, consumption({ onError: (error) => errors.push(error) }), work, stop.signal)
    await eventually(() => expect(seen).toEqual(['next']))
    expect(errors.map(String)).toEqual([
      `Error: dropped message 1 on '${bus.prefix}.command.dev': not decodable`,
    ])
  }))

test('NATS removes the consumer of a queue that is idle', () =>
  withBus(async (bus, stop) => {
    const work = async () => {}
    void consumeQueues(bus, consumption(), work, stop.signal)
    await send(bus, 'dev', '1')
    const consumer = await eventually(() => bus.manager.consumers.info(`${bus.prefix}_${STREAM}`, 'test-dev'))
    expect(consumer.config).toMatchObject({ max_ack_pending: 1, inactive_threshold: 300 * 1e9 })
    // What NATS does then: the next message makes another consumer.
    await eventually(async () =>
      expect((await bus.manager.streams.info(`${bus.prefix}_${STREAM}`)).state.messages).toBe(0),
    )
    await bus.manager.consumers.delete(`${bus.prefix}_${STREAM}`, 'test-dev')
    await send(bus, 'dev', '2')
    await eventually(async () =>
      expect((await bus.manager.streams.info(`${bus.prefix}_${STREAM}`)).state.messages).toBe(0),
    )
  }))

test('work that takes longer than the ack wait is done once', () =>
  withBus(async (bus, stop, another) => {
    const begun: string[] = []
    const done = Promise.withResolvers<void>()
    const work = async ({ message }: { message: Command }) => {
      begun.push(message.id)
      if (message.id === 'long') await sleep(6000)
      else done.resolve()
    }
    const slow = consumption({ ackWaitMs: 3000 })
    void consumeQueues(bus, slow, work, stop.signal)
    await send(bus, 'dev', 'long')
    await eventually(() => expect(begun).toEqual(['long']))
    await sleep(4000) // the ack wait is over
    // As it starts, it asks for the first message of each queue.
    void consumeQueues(await another(), slow, work, stop.signal)
    await send(bus, 'dev', 'next')
    await done.promise
    expect(begun).toEqual(['long', 'next'])
  }))

test('a stop waits for the messages in work', () =>
  withBus(async (bus, stop) => {
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    let done = false
    const work = async () => {
      begun.resolve()
      await go.promise
      done = true
    }
    const ended = consumeQueues(bus, consumption(), work, stop.signal)
    await send(bus, 'dev', '1')
    await begun.promise
    stop.abort()
    go.resolve()
    await ended
    expect(done).toBe(true)
  }))
