import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { repeat } from '@syncline/async'
import pLimit from 'p-limit'
import { type Bus, streamName } from './connect.ts'
import { contradiction } from './contradiction.ts'
import type { Consumption, Work } from './deliver.ts'
import { durableOf, Queue } from './queue.ts'

const SCAN_MS = 5000
const SCAN_RETRY_MS = 1000
/** Queues whose consumers a scan looks at. */
const LOOKED_AT_MAX = 100

/**
 * Works on the queues of a subject until `signal` aborts; then waits for the messages in work. Each `<subject>.<queue>`
 * is a queue: its messages are done one at a time and in order, over all instances, or `perQueue` at a time. Queues don't wait for each other:
 * one whose first message fails is parked, and `concurrency` queues take turns, a message each.
 *
 * NATS keeps the order: see Queue. Each published message announces its queue to one of the instances, by a subscription
 * without JetStream. If that instance dies, a scan of the stream by another one finds the queue. A scan also makes a consumer anew
 * whose state contradicts itself for longer than a moment: see `contradiction`.
 */
export async function consumeQueues<T>(
  bus: Bus,
  consumption: Consumption<T>,
  work: Work<T>,
  signal: AbortSignal,
): Promise<void> {
  const { subject, durable, concurrency, perQueue = 1, onError, scanMs = SCAN_MS } = consumption
  const prefix = `${bus.prefix}.${subject.name}.`
  const limit = pLimit(concurrency)
  /** Of each queue, the workers on it: as many as there were announcements, `perQueue` at most. */
  const open = new Map<string, Set<Promise<void>>>()
  const announced = new Set<string>()

  const announce = (name: string) => {
    announced.add(name)
    const workers = open.get(name) ?? new Set()
    if (workers.size >= perQueue || signal.aborted) return
    open.set(name, workers)
    const worker = workOn(name).finally(() => {
      workers.delete(worker)
      if (workers.size === 0) open.delete(name)
    })
    workers.add(worker)
  }

  async function workOn(name: string): Promise<void> {
    const queue = new Queue(bus, consumption, work, name)
    for (;;) {
      const result = await limit(() => {
        announced.delete(name)
        return queue.workOnFirst(signal)
      })
      if (signal.aborted || (result === 'empty' && !announced.has(name))) break
      if (result === 'failed') await sleep(queue.retryMs, undefined, { signal }).catch(() => {})
    }
    announced.delete(name)
  }

  /** By queue, as of the last scan: those that had messages, and what contradicted itself. */
  let before = new Map<string, string | undefined>()
  let scans = 0

  /** Of those that had messages in the last scan, too: those that were suspicious then, and others in turn. */
  function lookedAt(names: string[]): string[] {
    const old = names.filter((name) => before.has(name))
    const others = old.filter((name) => before.get(name) === undefined)
    const first = (scans++ * LOOKED_AT_MAX) % Math.max(1, others.length)
    const suspicious = old.filter((name) => before.get(name) !== undefined)
    return [...suspicious, ...others.slice(first), ...others.slice(0, first)].slice(0, LOOKED_AT_MAX)
  }

  /** Makes a consumer anew whose state contradicted itself in the last scan in the same way. */
  async function mend(names: string[], stream: string): Promise<void> {
    const now = new Map<string, string | undefined>(names.map((name) => [name, undefined]))
    for (const name of lookedAt(names)) {
      const durable = durableOf(consumption, name)
      const found = await contradiction(bus, { stream, durable, subject: prefix + name })
      if (found !== undefined && found === before.get(name)) {
        onError(new Error(`${found}: it is made anew`))
        await bus.manager.consumers.delete(stream, durable)
      } else now.set(name, found)
    }
    before = now
  }

  async function scan(): Promise<void> {
    const stream = streamName(bus.prefix, subject.stream)
    const { state } = await bus.manager.streams.info(stream, { subjects_filter: `${prefix}*` })
    const subjects = Object.entries(state.subjects ?? {})
    await mend(
      subjects.map(([text]) => text.slice(prefix.length)),
      stream,
    )
    for (const [text, messages] of subjects) {
      const name = text.slice(prefix.length)
      // Those in work are counted, too: a worker that finds nothing ends.
      const missing = Math.min(messages, perQueue) - (open.get(name)?.size ?? 0)
      for (let i = 0; i < missing; i++) announce(name)
    }
  }

  const published = bus.connection.subscribe(`${prefix}*`, {
    queue: durable,
    callback: (error, message) => {
      if (!error) announce(message.subject.slice(prefix.length))
    },
  })
  await using _scanning = repeat(scanMs, scan, { onFailure: onError, retryMs: SCAN_RETRY_MS })
  if (!signal.aborted) await once(signal, 'abort')
  published.unsubscribe()
  await Promise.all([...open.values()].flatMap((workers) => [...workers]))
}
