import {
  AckPolicy,
  type Consumer,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
} from '@nats-io/jetstream'
import { type Repetition, repeat } from '@syncline/async'
import { type Bus, streamName } from './connect.ts'
import type { Subject } from './subjects.ts'

/** How long a batch is gathered. The client takes no less. */
const GATHER_MS = 1000
const RETRY_MS = 1000
/** Before a message of a batch that failed comes again. */
const REDELIVER_MS = 1000

export interface BatchConsumption<T> {
  subject: Subject<T>
  /** Of the subject, after its name; may end in `*`. */
  tokens: string[]
  /** Instances with the same name share the work. */
  durable: string
  /** Longer than `work` may take. */
  ackWaitMs: number
  /** Messages of a batch. */
  most: number
  onError: (error: unknown) => void
}

/**
 * Gives messages of a stream that keeps them for others, too, to `work`, up to `most` at a time and one batch at a time. A batch is
 * acknowledged when `work` has returned: if it throws, or this process dies before, its messages come again, to any instance. So
 * `work` is idempotent, and the order is only that of a first delivery. A message that can't be decoded never could be: it is reported
 * and dropped. Those that are older than the consumer come too, as far as the stream keeps them.
 *
 * While NATS is away, it tries again. Disposing waits for the batch under way.
 */
export function consumeBatches<T>(
  bus: Bus,
  consumption: BatchConsumption<T>,
  work: (messages: T[]) => Promise<void>,
): Repetition {
  const { most, onError } = consumption
  let consumer: Consumer | undefined

  const batch = async (signal: AbortSignal): Promise<boolean> => {
    try {
      consumer ??= await openConsumer(bus, consumption)
      const since = performance.now()
      const fetched = await consumer.fetch({ max_messages: most, expires: GATHER_MS })
      const stop = () => void fetched.close()
      signal.addEventListener('abort', stop, { once: true })
      const messages: JsMsg[] = []
      try {
        for await (const message of fetched) messages.push(message)
      } finally {
        signal.removeEventListener('abort', stop)
      }
      await workOn(messages)
      // A consumer that is gone ends a pull at once.
      if (messages.length === 0 && performance.now() - since < GATHER_MS / 2 && !signal.aborted)
        throw new Error(`NATS has ended a pull of '${consumption.durable}' early`)
      return true
    } catch (error) {
      // NATS is away, or somebody has removed the consumer.
      consumer = undefined
      throw error
    }
  }

  async function workOn(messages: JsMsg[]): Promise<void> {
    const readable = messages.flatMap((message) => decode(message, consumption))
    if (readable.length === 0) return
    try {
      await work(readable.map(({ content }) => content))
    } catch (error) {
      for (const { message } of readable) message.nak(REDELIVER_MS)
      throw error
    }
    for (const { message } of readable) message.ack()
  }

  return repeat(0, batch, { onFailure: onError, retryMs: RETRY_MS })
}

function decode<T>(
  message: JsMsg,
  { subject, onError }: BatchConsumption<T>,
): { message: JsMsg; content: T }[] {
  try {
    return [{ message, content: subject.codec.decode(message.data) }]
  } catch (cause) {
    onError(new Error(`dropped message ${message.seq} on '${message.subject}': not decodable`, { cause }))
    message.term()
    return []
  }
}

async function openConsumer<T>(
  bus: Bus,
  { subject, tokens, durable, ackWaitMs, most }: BatchConsumption<T>,
): Promise<Consumer> {
  const { consumers } = bus.jetstream
  const stream = streamName(bus.prefix, subject.stream)
  try {
    return await consumers.get(stream, durable)
  } catch (error) {
    const missing = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound
    if (!missing) throw error
  }
  await bus.manager.consumers.add(stream, {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ackWaitMs * 1e6,
    filter_subject: [bus.prefix, subject.name, ...tokens].join('.'),
    // Of all instances: a further batch waits until one is acknowledged.
    max_ack_pending: 4 * most,
    num_replicas: bus.replicas,
  })
  return consumers.get(stream, durable)
}
