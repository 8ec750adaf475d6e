import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { repeat } from '@syncline/async'
import pLimit from 'p-limit'
import { type Bus, streamName } from './connect.ts'
import type { Consumption, Work } from './deliver.ts'
import { Queue } from './queue.ts'

/** How soon a message is found whose announcement was lost. */
const SCAN_MS = 5000
const SCAN_RETRY_MS = 1000

/**
 * Works on the queues of a subject until `signal` aborts; then waits for the messages in work. Each `<subject>.<queue>`
 * is a queue: its messages are done one at a time and in order, over all instances, or `perQueue` at a time. Queues don't wait for each other:
 * one whose first message fails is parked, and `concurrency` queues take turns, a message each.
 *
 * NATS keeps the order: see Queue. Each published message announces its queue to one of the instances, by a subscription
 * without JetStream. If that instance dies, a scan of the stream by another one finds the queue.
 */
export async function consumeQueues<T>(
  bus: Bus,
  consumption: Consumption<T>,
  work: Work<T>,
  signal: AbortSignal,
): Promise<void> {
  const { subject, durable, concurrency, perQueue = 1, onError } = consumption
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

  async function scan(): Promise<void> {
    const stream = streamName(bus.prefix, subject.stream)
    const { state } = await bus.manager.streams.info(stream, { subjects_filter: `${prefix}*` })
    for (const [text, messages] of Object.entries(state.subjects ?? {})) {
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
  await using _scanning = repeat(SCAN_MS, scan, { onFailure: onError, retryMs: SCAN_RETRY_MS })
  if (!signal.aborted) await once(signal, 'abort')
  published.unsubscribe()
  await Promise.all([...open.values()].flatMap((workers) => [...workers]))
}
