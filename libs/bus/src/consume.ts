import { AckPolicy, type Consumer, type JsMsg } from '@nats-io/jetstream'
import { type Bus, streamName } from './connect.ts'
import { REPLY_TO } from './publish.ts'
import type { Subject } from './subjects.ts'

/** The shortest that NATS allows: a stop waits this long for the pull that is under way. */
const PULL_MS = 1000
const PAUSE_MS = 500
const REDELIVER_MS = 1000

/** One message of a durable consumer. */
export interface Delivery<T> {
  message: T
  /** Position in the stream: grows with every accepted message. */
  sequence: number
  /** 1 for the first time. */
  deliveries: number
  replyTo: string | undefined
}

export interface Consumption<T> {
  subject: Subject<T>
  /** Tokens after the subject's name; '>' = all. */
  filter: string
  /** Instances with the same name share the work. */
  durable: string
  ackWaitMs: number
  /** Messages in work at the same time in this process. */
  concurrency: number
  /** Messages in work at the same time in all processes; 1 keeps the order. */
  maxAckPending?: number
  onError: (error: unknown) => void
}

/**
 * Pulls messages until `signal` aborts, then waits for those in work. A message is acknowledged when `work` has
 * returned, kept alive while it runs, and comes again when it throws or when this process dies: `work` is idempotent.
 */
export async function consume<T>(
  bus: Bus,
  consumption: Consumption<T>,
  work: (delivery: Delivery<T>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const inWork = new Set<Promise<void>>()
  let consumer: Consumer | undefined
  while (!signal.aborted) {
    try {
      consumer ??= await durableConsumer(bus, consumption)
      const message = await consumer.next({ expires: PULL_MS })
      if (message === null) continue
      if (signal.aborted) {
        message.nak()
        break
      }
      const done = deliver(message, consumption, work).finally(() => inWork.delete(done))
      inWork.add(done)
      if (inWork.size >= consumption.concurrency) await Promise.race(inWork)
    } catch (error) {
      // NATS is away, or lost the consumer: make it anew when it is back.
      consumer = undefined
      consumption.onError(error)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  await Promise.all(inWork)
}

async function deliver<T>(
  message: JsMsg,
  consumption: Consumption<T>,
  work: (delivery: Delivery<T>) => Promise<void>,
): Promise<void> {
  const alive = setInterval(() => message.working(), consumption.ackWaitMs / 3)
  try {
    await work({
      message: consumption.subject.codec.decode(message.data),
      sequence: message.seq,
      deliveries: message.info.deliveryCount,
      replyTo: message.headers?.get(REPLY_TO) || undefined,
    })
    message.ack()
  } catch (error) {
    consumption.onError(error)
    message.nak(REDELIVER_MS)
  } finally {
    clearInterval(alive)
  }
}

async function durableConsumer<T>(bus: Bus, consumption: Consumption<T>): Promise<Consumer> {
  const stream = streamName(bus.prefix, consumption.subject.stream)
  await bus.manager.consumers.add(stream, {
    durable_name: consumption.durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: consumption.ackWaitMs * 1e6,
    filter_subject: `${bus.prefix}.${consumption.subject.name}.${consumption.filter}`,
    max_ack_pending: consumption.maxAckPending ?? 10_000,
    num_replicas: bus.replicas,
  })
  return bus.jetstream.consumers.get(stream, consumption.durable)
}
