import { inspect } from 'node:util'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import {
  type Bus,
  type Consumption,
  connectBus,
  consume,
  type Delivery,
  publish,
  type Slot,
  subjects,
} from '../src/index.ts'

type Message = { environment: string; runId: string }

async function withBus(work: (bus: Bus, stop: AbortController) => Promise<void>) {
  await using bus = await connectBus({ url: servers().nats.url, prefix: namespace(), replicas: 1 }, 'test')
  const stop = new AbortController()
  await work(bus, stop).finally(() => stop.abort())
}

const consumption = (changes: Partial<Consumption<Message>> = {}): Consumption<Message> => ({
  subject: subjects.runRequested,
  durable: 'test',
  ackWaitMs: 1000,
  concurrency: 4,
  onError: () => {},
  ...changes,
})

const send = (bus: Bus, runId: string) =>
  publish(bus, subjects.runRequested, ['dev'], { environment: 'dev', runId }, { id: runId })

test('each message is worked on once by one of many consumers', () =>
  withBus(async (bus, stop) => {
    const seen: string[] = []
    const work = async ({ message }: Delivery<Message>) => void seen.push(message.runId)
    const loops = [1, 2, 3].map(() => consume(bus, consumption(), work, stop.signal))
    const ids = Array.from({ length: 60 }, (_, n) => `run${n}`)
    await Promise.all(ids.map((id) => send(bus, id)))
    await eventually(() => expect(seen.toSorted()).toEqual(ids.toSorted()))
    stop.abort()
    await Promise.all(loops)
    expect(seen).toHaveLength(60)
  }))

test('a message published twice with one id is delivered once', () =>
  withBus(async (bus, stop) => {
    const seen: string[] = []
    const loop = consume(
      bus,
      consumption(),
      async ({ message }) => void seen.push(message.runId),
      stop.signal,
    )
    for (const id of ['a', 'a', 'b']) await send(bus, id)
    await eventually(() => expect(seen).toContain('b'))
    stop.abort()
    await loop
    expect(seen.toSorted()).toEqual(['a', 'b'])
  }))

test('work that throws is delivered again', () =>
  withBus(async (bus, stop) => {
    const deliveries: number[] = []
    const errors: unknown[] = []
    const work = async (delivery: Delivery<Message>) => {
      deliveries.push(delivery.deliveries)
      if (delivery.deliveries === 1) throw new Error('not yet')
    }
    void consume(bus, consumption({ onError: (error) => errors.push(error) }), work, stop.signal)
    await send(bus, 'a')
    // Not always the second: on a busy machine the server may give up a delivery before we have it.
    await eventually(() => expect(deliveries).toEqual([1, expect.any(Number)]))
    // A pull may fail on a busy machine, too.
    expect(errors.filter((error) => error instanceof Error && error.message === 'not yet')).toHaveLength(1)
  }))

test('work that takes longer than the ack wait is not given to another', () =>
  withBus(async (bus, stop) => {
    let begun = 0
    const done = Promise.withResolvers<void>()
    const work = async () => {
      begun++
      await done.promise
    }
    void consume(bus, consumption(), work, stop.signal)
    void consume(bus, consumption(), work, stop.signal)
    await send(bus, 'a')
    await eventually(() => expect(begun).toBe(1))
    // Three ack waits: without the signs of life it would have come again.
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(begun).toBe(1)
    done.resolve()
  }))

test('a message that can not be decoded is dropped, and the report names it without its content', () =>
  withBus(async (bus, stop) => {
    const errors: unknown[] = []
    const seen: string[] = []
    const deliveries = consumption({ onError: (error) => errors.push(error) })
    await bus.jetstream.publish(`${bus.prefix}.run.requested.dev`, '\xff secret')
    await send(bus, 'next')
    void consume(bus, deliveries, async ({ message }) => void seen.push(message.runId), stop.signal)
    await eventually(() => expect(seen).toEqual(['next']))
    await eventually(async () => {
      const { state } = await bus.manager.streams.info(`${bus.prefix}_RUNS`)
      expect(state.messages).toBe(0)
    })
    expect(errors.map(String)).toEqual([
      `Error: dropped message 1 on '${bus.prefix}.run.requested.dev': not decodable`,
    ])
    expect(inspect(errors)).not.toContain('secret')
  }))

test('work that waits gives its slot to another message, and gets one back before any further message', () =>
  withBus(async (bus, stop) => {
    const order: string[] = []
    const [parked, running] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    void consume(
      bus,
      consumption({ concurrency: 1 }),
      async ({ message: { runId } }, slot) => {
        order.push(runId)
        if (runId === 'a') {
          slot.give()
          await parked.promise
          await slot.takeBack(stop.signal)
          order.push('a again')
        } else if (runId === 'b') await running.promise
      },
      stop.signal,
    )
    await send(bus, 'a')
    await send(bus, 'b')
    await send(bus, 'c')
    await eventually(() => expect(order).toEqual(['a', 'b']))
    parked.resolve()
    await new Promise(setImmediate)
    running.resolve()
    await eventually(() => expect(order).toEqual(['a', 'b', 'a again', 'c']))
  }))

test('a message that arrives when its slot was taken back goes to whoever has one', () =>
  withBus(async (bus, stop) => {
    const order: string[] = []
    const [wait, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const work = async ({ message: { runId } }: Delivery<Message>, slot: Slot) => {
      if (runId === 'b') return void order.push(runId)
      slot.give()
      await wait.promise
      await slot.takeBack(stop.signal)
      order.push('a again')
      await end.promise
    }
    void consume(bus, consumption({ concurrency: 1 }), work, stop.signal)
    await send(bus, 'a')
    await eventually(async () => expect(await waitingPulls(bus)).toBe(1))
    wait.resolve()
    await eventually(() => expect(order).toEqual(['a again']))
    await send(bus, 'b')
    const other = new AbortController()
    void consume(bus, consumption({ concurrency: 1 }), work, other.signal)
    await eventually(() => expect(order).toEqual(['a again', 'b']))
    other.abort()
    end.resolve()
  }))

async function waitingPulls(bus: Bus) {
  return (await bus.manager.consumers.info(`${bus.prefix}_RUNS`, 'test')).num_waiting
}
