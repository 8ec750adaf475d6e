import type { Duplex } from 'node:stream'
import { AnswerWithText } from './answer-with-text.ts'
import type { ByteShare } from './byte-budget.ts'
import type { ReceivedFrame } from './child-channel.ts'
import { ERROR_CHARS } from './error-chars.ts'
import { encodeFrame, frameHeader, ProtocolViolation } from './frames.ts'
import type { Limits } from './limits.ts'
import type { ForRealm, Refusal } from './messages.ts'
import { truncated } from './truncated.ts'

const NOTHING = Buffer.alloc(0)

/** What a method knows of the call that it works on. */
export interface HostCall {
  /** Aborts when the run has ended. */
  signal: AbortSignal
  /**
   * Says how much the answer takes in memory from here on. Waits until the budget has room, or rejects when `signal` aborts;
   * less than before is given back at once. All is given back when the child has got the answer.
   */
  hold(bytes: number, signal?: AbortSignal): Promise<void>
}

export interface ReceivedCall extends HostCall {
  /** What the child gave beside the params, in UTF-8; empty if there is nothing. */
  text: Buffer
}

/** What a child may ask of its parent, by name. A rejection reaches the child as an error with the same message. */
export type HostMethods = Record<string, (params: unknown, call: ReceivedCall) => Promise<unknown>>

/** A call that is in flight, with what it holds of the two budgets. */
interface Call {
  id: number
  frameBytes: number
  answerBytes: number
}

type Sending = { call: Call; parts: Uint8Array[] }
type Reply = { call: Call; message: ForRealm; text?: AnswerWithText }

export interface HostCallsOptions {
  channel: Duplex
  limits: Limits
  frames: ByteShare
  answers: ByteShare
  /** The child reads no answers: it is not read either, until it does. */
  onUnread: (unread: boolean) => void
  /** Called with the time that a reply took. */
  onSpent: (ms: number) => void
}

/**
 * The calls of a child that are in flight. A call holds the bytes of its message until its answer is written. Answers are
 * encoded one by one, and not before the child has read most of those before: so what waits is a value, not its encoding.
 */
export class HostCalls {
  readonly #options: HostCallsOptions
  readonly #calls = new Map<number, Call>()
  readonly #replies: Reply[] = []
  readonly #over = new AbortController()
  /** An answer of which the channel has not taken all parts yet. */
  #sending: Sending | undefined
  #unread = false

  constructor(options: HostCallsOptions) {
    this.#options = options
  }

  /** What the call's message has taken from the budget of frames is ours from here on. */
  begin(
    host: HostMethods,
    { id, method, params }: { id: number; method: string; params?: unknown },
    { heldBytes, text = NOTHING }: Pick<ReceivedFrame, 'heldBytes' | 'text'>,
  ): void {
    const { callsInFlight } = this.#options.limits
    if (this.#calls.has(id)) throw new ProtocolViolation(`it used call number ${id} twice`)
    if (this.#calls.size >= callsInFlight) {
      throw new ProtocolViolation(`it has more than ${callsInFlight} calls in flight`)
    }
    const call = { id, frameBytes: heldBytes, answerBytes: 0 }
    this.#calls.set(id, call)
    const known = Object.hasOwn(host, method) ? host[method] : undefined
    const answer = known
      ? Promise.try(known, params, {
          signal: this.#over.signal,
          text,
          hold: (bytes, signal) => this.#hold(call, bytes, signal),
        })
      : Promise.reject(new Error(`there is no host method '${method.slice(0, 40)}'`))
    void answer.then(
      (value) => this.#reply(answered(call, value)),
      (error: unknown) => this.#reply({ call, message: { t: 'refusal', id, error: refusal(error) } }),
    )
  }

  /** Calls that are not answered, or whose answer is not sent. */
  get inFlight(): number {
    return this.#calls.size + (this.#sending ? 1 : 0)
  }

  /** Aborts what is under way. What a call holds stays held until its method has settled. */
  close(reason: Error): void {
    this.#over.abort(reason)
    for (const { call } of this.#replies.splice(0)) this.#release(call)
    if (this.#sending) this.#release(this.#sending.call)
    this.#sending = undefined
    this.#options.answers.close(reason)
  }

  async #hold(call: Call, bytes: number, signal?: AbortSignal): Promise<void> {
    const { answers } = this.#options
    const more = bytes - call.answerBytes
    if (more > 0) await answers.take(more, signal)
    call.answerBytes += more
    if (more < 0) answers.give(-more)
  }

  #reply(reply: Reply): void {
    if (this.#over.signal.aborted) this.#release(reply.call)
    else {
      this.#replies.push(reply)
      this.#send()
    }
  }

  /** Parts of two answers never mix, nor does a ping come between: as long as parts are left, the child counts as not reading. */
  #send(): void {
    const { channel, limits, onSpent } = this.#options
    const started = performance.now()
    channel.cork()
    while (channel.writableLength <= limits.unsentBytes) {
      this.#sending ??= this.#encodeNext()
      if (this.#sending === undefined) break
      const { parts, call } = this.#sending
      const part = parts.shift() as Uint8Array // a message has one at least
      if (parts.length > 0) channel.write(part)
      else {
        channel.write(part, () => this.#release(call))
        this.#sending = undefined
      }
    }
    channel.uncork()
    onSpent(performance.now() - started)
    if (channel.writableLength > limits.unsentBytes) this.#waitForReader()
  }

  #encodeNext(): Sending | undefined {
    const reply = this.#replies.shift()
    if (reply === undefined) return undefined
    this.#calls.delete(reply.call.id)
    return { call: reply.call, parts: partsOf(reply.message, reply.text) }
  }

  #waitForReader(): void {
    if (this.#unread) return
    const { channel, onUnread } = this.#options
    this.#unread = true
    onUnread(true)
    channel.once('drain', () => {
      this.#unread = false
      onUnread(false)
      this.#send()
    })
  }

  #release(call: Call): void {
    this.#options.frames.give(call.frameBytes)
    this.#options.answers.give(call.answerBytes)
    call.frameBytes = call.answerBytes = 0
  }
}

function answered(call: Call, value: unknown): Reply {
  const { id } = call
  if (!(value instanceof AnswerWithText)) return { call, message: { t: 'answer', id, value: value ?? null } }
  const { path, encoding } = value
  return { call, message: { t: 'answer_with_text', id, value: value.value, path, encoding }, text: value }
}

/** What a host returns may come from the child, and be more than JSON can say. */
function partsOf(message: Reply['message'], text: AnswerWithText | undefined): Uint8Array[] {
  try {
    const frame = encodeFrame(JSON.stringify(message))
    return text ? [frame, frameHeader(text.bytes), ...text.blocks] : [frame]
  } catch (error) {
    return [
      encodeFrame(JSON.stringify({ t: 'refusal', id: message.id, error: refusal(error) } satisfies ForRealm)),
    ]
  }
}

function refusal(error: unknown): Refusal {
  if (!(error instanceof Error))
    return { name: 'Error', message: truncated(String(error), ERROR_CHARS.message) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const message = truncated(error.message, ERROR_CHARS.message)
  return { name: error.name, message, ...(code !== undefined && { code }) }
}
