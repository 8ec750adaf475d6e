import { setTimeout as sleep } from 'node:timers/promises'
import { AckPolicy, type Consumer } from '@nats-io/jetstream'
import { type Bus, streamName } from './connect.ts'
import { type Consumption, type Delivery, deliver } from './deliver.ts'
import { type Slot, Slots } from './slots.ts'

/** The shortest that NATS allows: a stop waits this long for the pull that is under way. */
const PULL_MS = 1000
const PAUSE_MS = 500
const REDELIVER_MS = 1000
/** Messages in work at the same time in all processes. */
const ACK_PENDING_MAX = 10_000

/**
 * Pulls messages, in no certain order, until `signal` aborts; then waits for those in work. A message is acknowledged
 * when `work` has returned, and comes again when it throws or when this process dies: `work` is idempotent.
 *
 * A message is pulled when there is a free slot, and never ahead. Work that waits may give its slot away: its message stays in
 * work and is kept alive. When it wants a slot back, it comes before new messages; one that arrives at that moment goes back.
 */
export async function consume<T>(
  bus: Bus,
  consumption: Consumption<T>,
  work: (delivery: Delivery<T>, slot: Slot) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const inWork = new Set<Promise<boolean>>()
  const slots = new Slots(consumption.concurrency)
  let consumer: Consumer | undefined
  while (!signal.aborted) {
    try {
      await slots.untilFree(signal).catch(() => {})
      if (signal.aborted) break
      consumer ??= await durableConsumer(bus, consumption)
      const message = await consumer.next({ expires: PULL_MS })
      if (message === null) continue
      const slot = signal.aborted ? undefined : slots.tryTake()
      if (slot === undefined) {
        message.nak()
        continue
      }
      const done = deliver(message, consumption, (delivery) => work(delivery, slot), REDELIVER_MS).finally(
        () => {
          inWork.delete(done)
          slot[Symbol.dispose]()
        },
      )
      inWork.add(done)
    } catch (error) {
      // NATS is away, or lost the consumer: make it again when it is back.
      consumer = undefined
      consumption.onError(error)
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => {})
    }
  }
  await Promise.all(inWork)
}

async function durableConsumer<T>(
  bus: Bus,
  { subject, durable, ackWaitMs }: Consumption<T>,
): Promise<Consumer> {
  const stream = streamName(bus.prefix, subject.stream)
  await bus.manager.consumers.add(stream, {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ackWaitMs * 1e6,
    filter_subject: `${bus.prefix}.${subject.name}.>`,
    max_ack_pending: ACK_PENDING_MAX,
    num_replicas: bus.replicas,
  })
  return bus.jetstream.consumers.get(stream, durable)
}
