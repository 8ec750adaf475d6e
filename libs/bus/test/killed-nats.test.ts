import { cp, mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats } from '@syncline/embedded'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type Bus, connectBus, consumeQueues, publish, subjects } from '../src/index.ts'

const QUEUE = 'dev'
const DURABLE = 'test'
const consumption = {
  ...{ subject: subjects.command, durable: DURABLE, ackWaitMs: 1000, concurrency: 4, scanMs: 500 },
  onError: () => {},
}

const send = (bus: Bus, id: string, queue = QUEUE) =>
  publish(bus, subjects.command, [queue], { id, environment: queue, action: undefined, also: [] }, { id })

/** Works on the queue until the messages are done. That of another queue, before them, stays. */
async function consumed(bus: Bus, ids: string[]): Promise<string[]> {
  const stop = new AbortController()
  const seen: string[] = []
  const work = async ({ message: { id } }: { message: { id: string } }) => {
    if (id === 'stays') throw new Error('not yet')
    seen.push(id)
  }
  const consuming = consumeQueues(bus, consumption, work, stop.signal)
  await eventually(() => expect(seen).toEqual(expect.arrayContaining(ids)))
  stop.abort()
  await consuming
  return seen
}

/** Starts NATS on this data, and stops it after the work. */
async function withNats(dir: string, work: (bus: Bus) => Promise<void>): Promise<void> {
  await using nats = await startNats({ dir, log: `${dir}.log`, port: 0 })
  await using bus = await connectBus({ url: nats.url, prefix: 'p', replicas: 1 }, 'test')
  await work(bus)
}

// Files of an earlier moment stand for what a killed server had not written yet.
test('a queue goes on though NATS has lost that a message was acknowledged, or that it was removed', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'bus-killed-'))
  const dir = join(temp.path, 'nats')
  const place = 'jetstream/$G/streams/p_COMMANDS'
  const consumer = join(place, `obs/${DURABLE}-${QUEUE}`)
  const kept = join(temp.path, 'kept')
  await withNats(dir, async (bus) => {
    await send(bus, 'stays', 'other')
    await send(bus, 'first')
    const dies = new AbortController()
    const taken = Promise.withResolvers<void>()
    const hang = ({ message: { id } }: { message: { id: string } }) => {
      if (id === 'first') taken.resolve()
      return new Promise<never>(() => {})
    }
    void consumeQueues(bus, consumption, hang, dies.signal)
    await taken.promise
  })
  await cp(join(dir, place), kept, { recursive: true })
  await withNats(dir, async (bus) => void (await consumed(bus, ['first'])))

  // The consumer waits for the first message, which was removed.
  await cp(join(kept, `obs/${DURABLE}-${QUEUE}`), join(dir, consumer), { recursive: true })
  await withNats(dir, async (bus) => {
    await send(bus, 'second')
    expect(await consumed(bus, ['second'])).toEqual(['second'])
  })

  // The first message is there again, and the consumer has passed it.
  await cp(join(kept, 'msgs'), join(dir, place, 'msgs'), { recursive: true })
  await withNats(dir, async (bus) => {
    expect(await consumed(bus, ['first'])).toEqual(['first'])
  })
})
