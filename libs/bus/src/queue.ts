import { AckPolicy, type Consumer, JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'
import { type Bus, streamName } from './connect.ts'
import { type Consumption, deliver, type Work } from './deliver.ts'

const PULL_MS = 1000
const RETRY_MIN_MS = 1000
const RETRY_MAX_MS = 10_000
/** NATS removes the consumer of a queue that nobody has pulled from for so long. */
const IDLE_MS = 5 * 60_000

/** Name of the consumer of a queue. */
export const durableOf = ({ durable }: { durable: string }, name: string) => `${durable}-${name}`

/**
 * The messages of one subject in a work-queue stream. A durable consumer with one message in work (`perQueue`) keeps their order over
 * all instances: there is no next message before the first one is acknowledged, also while that one waits to be
 * delivered again. The consumer is made when it is needed.
 */
export class Queue<T> {
  readonly #bus: Bus
  readonly #consumption: Consumption<T>
  readonly #work: Work<T>
  readonly #subject: string
  readonly #stream: string
  readonly #durable: string
  #consumer: Consumer | undefined
  #failures = 0

  constructor(bus: Bus, consumption: Consumption<T>, work: Work<T>, name: string) {
    const { subject } = consumption
    this.#bus = bus
    this.#consumption = consumption
    this.#work = work
    this.#subject = `${bus.prefix}.${subject.name}.${name}`
    this.#stream = streamName(bus.prefix, subject.stream)
    this.#durable = durableOf(consumption, name)
  }

  /** How long to wait after a failure: 1, 2, 4 s and so on, up to 10 s. */
  get retryMs(): number {
    return Math.min(RETRY_MIN_MS * 2 ** (this.#failures - 1), RETRY_MAX_MS)
  }

  async workOnFirst(signal: AbortSignal): Promise<'more' | 'empty' | 'failed'> {
    if (signal.aborted) return 'empty'
    try {
      this.#consumer ??= await this.#openConsumer()
      const message = await this.#consumer.next({ expires: PULL_MS })
      if (message === null) return 'empty'
      if (signal.aborted) {
        message.nak()
        return 'empty'
      }
      this.#failures = message.info.deliveryCount
      const done = await deliver(message, this.#consumption, this.#work, this.retryMs)
      if (!done) return 'failed'
      return message.info.pending > 0 ? 'more' : 'empty'
    } catch (error) {
      // NATS is away, or has removed the consumer.
      this.#consumer = undefined
      this.#failures = 1
      this.#consumption.onError(error)
      return 'failed'
    }
  }

  async #openConsumer(): Promise<Consumer> {
    const { consumers } = this.#bus.jetstream
    try {
      return await consumers.get(this.#stream, this.#durable)
    } catch (error) {
      const missing = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound
      if (!missing) throw error
    }
    await this.#bus.manager.consumers.add(this.#stream, {
      durable_name: this.#durable,
      ack_policy: AckPolicy.Explicit,
      ack_wait: this.#consumption.ackWaitMs * 1e6,
      filter_subject: this.#subject,
      max_ack_pending: this.#consumption.perQueue ?? 1,
      inactive_threshold: IDLE_MS * 1e6,
      num_replicas: this.#bus.replicas,
    })
    return consumers.get(this.#stream, this.#durable)
  }
}
