import { JetStreamApiError } from '@nats-io/jetstream'
import { AppError } from '@syncline/errors'
import { type Bus, streamName } from './connect.ts'
import type { Subject } from './subjects.ts'

const ACK_TIMEOUT_MS = 5000
/** Messages on their way at a time. */
const WINDOW_MAX = 500
/** JetStream's error for a message that does not follow the one that it names. */
const WRONG_LAST_ID = 10070

export interface Appended<T> {
  /** Random or counted, but the same when the message is appended again. */
  id: string
  /** Of the subject, after its name. */
  tokens: string[]
  message: T
}

/**
 * Appends messages to the stream of a subject in their order, many on their way at a time. Each names the id of the one before
 * it, and JetStream refuses it behind any other: so when one is lost, none after it is stored. What others publish there in
 * between has the same effect; then we read the id of the last message and go on behind it. Messages of the subject need ids.
 */
export class Appender<T> {
  readonly #bus: Bus
  readonly #subject: Subject<T>
  #window = WINDOW_MAX
  /** Id of the last message of the stream, as far as we know. Undefined: it has to be read. */
  #last: { id: string } | undefined

  constructor(bus: Bus, subject: Subject<T>) {
    this.#bus = bus
    this.#subject = subject
  }

  /**
   * How many of the messages are durable: the first ones, perhaps none. Call it again with those that are not. Fails with
   * `unavailable` while NATS stores nothing.
   */
  async append(messages: Appended<T>[]): Promise<number> {
    const isRead = this.#last === undefined
    this.#last ??= { id: await this.#readLastId() }
    // Stored by a call, or a process, that did not get the answer.
    const stored = messages.findLastIndex(({ id }) => id === this.#last?.id) + 1
    const sent = messages.slice(stored, stored + this.#window)
    let before = this.#last.id
    const acknowledged = sent.map((message) => {
      const acknowledgement = this.#publish(message, before)
      before = message.id
      return acknowledgement
    })
    const results = await Promise.allSettled(acknowledged)
    const failure = results.find((result) => result.status === 'rejected')
    if (!failure) {
      this.#last = { id: before }
      this.#window = Math.min(2 * this.#window, WINDOW_MAX)
      return stored + sent.length
    }
    this.#last = undefined
    const done = results.indexOf(failure)
    const isBehindAnother =
      failure.reason instanceof JetStreamApiError && failure.reason.code === WRONG_LAST_ID
    // A server that compares with what it has stored, not with what it has received, takes one at a time.
    if (isBehindAnother) this.#window = Math.max(1, Math.floor(this.#window / 2))
    if (stored + done > 0) return stored + done
    if (!isBehindAnother) throw unavailable(this.#subject.name, failure.reason)
    // A server that has restarted knows the last id only if it is younger than its duplicate window. All before the first of
    // these messages is durable, so that one may follow anything.
    if (isRead) this.#last = { id: '' }
    return 0
  }

  #publish({ id, tokens, message }: Appended<T>, before: string): Promise<unknown> {
    const subject = [this.#bus.prefix, this.#subject.name, ...tokens].join('.')
    return this.#bus.jetstream.publish(subject, this.#subject.codec.encode(message).finish(), {
      msgID: id,
      timeout: ACK_TIMEOUT_MS,
      ...(before !== '' && { expect: { lastMsgID: before } }),
    })
  }

  async #readLastId(): Promise<string> {
    try {
      const stream = streamName(this.#bus.prefix, this.#subject.stream)
      const { state } = await this.#bus.manager.streams.info(stream)
      if (state.messages === 0) return ''
      const last = await this.#bus.manager.streams.getMessage(stream, { seq: state.last_seq })
      return last?.header.get('Nats-Msg-Id') ?? ''
    } catch (cause) {
      throw unavailable(this.#subject.name, cause)
    }
  }
}

function unavailable(subject: string, cause: unknown): AppError {
  return new AppError('unavailable', `NATS does not take messages on '${subject}'`, { cause })
}
