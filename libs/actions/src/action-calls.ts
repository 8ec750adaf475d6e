import { randomUUID } from 'node:crypto'
import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { ActionCall, ActionNews, type ActionResult } from '@syncline/proto'
import type { ActionStore } from './action-store.ts'
import { type CallKind, freeSubject, offerSubject, SILENT_MS } from './messages.ts'
import { WaitingCalls } from './waiting-calls.ts'

/** A synchronous action that finds no free slot waits so long at most. */
const WAIT_MS = 15_000
/** How soon a call is offered again: because of a free slot whose notice was lost, or NATS that was away. */
const LOOK_MS = 100
/** The next call is offered when a runner has answered this one, or after so long. */
const PACE_MS = 20
/** An offer that no runner has answered by then is made again. */
const OFFER_MS = 500

/** Status of a message of NATS: there is no subscription. */
const NOBODY = 503

type News = ActionNews['news']

interface Limits {
  /** Calls under way, waiting ones included: of one environment, and of all. */
  perEnvironment: number
  inAll: number
}

interface Options {
  kind?: CallKind
  waitMs?: number
  /** A call says how far it is. */
  onProgress?: (id: string, json: Uint8Array) => void
}

interface Call {
  environment: string
  id: string
  bytes: Uint8Array
  result: PromiseWithResolvers<ActionResult>
  state: 'waiting' | 'offered' | 'sent' | 'ended'
  /** Settles when a runner has answered the offer. */
  answered: PromiseWithResolvers<'busy' | undefined>
  waitsUntil: number
  timer?: NodeJS.Timeout
}

/**
 * Calls synchronous actions, or previews, on runners, over core NATS, which delivers a message once at most.
 *
 * States of a call: waiting → offered → sent → ended. An offer says nothing of the call; a runner with a free slot reserves it, and the
 * call goes to that reservation. From `offered` the call goes back to `waiting` when the runner is busy or silent, and from `sent`
 * when the reservation has lapsed: it has certainly not begun. A runner that was sent the call, and then says nothing for five
 * seconds, may have begun it: the outcome is in doubt, and nobody begins it again.
 */
export class ActionCalls implements Disposable {
  readonly #bus: Bus
  readonly #store: ActionStore
  readonly #limits: Limits
  readonly #inbox: string
  readonly #subscriptions: { unsubscribe(): void }[]
  readonly #calls = new Map<string, Call>()
  readonly #perEnvironment = new Map<string, number>()
  readonly #waiting = new WaitingCalls<Call>()
  #offering: Promise<void> | undefined
  #look: NodeJS.Timeout | undefined
  #isStopping = false
  readonly #kind: CallKind
  readonly #waitMs: number
  readonly #onProgress: (id: string, json: Uint8Array) => void

  constructor(
    bus: Bus,
    store: ActionStore,
    limits: Limits,
    { kind = 'action', waitMs = WAIT_MS, onProgress = () => {} }: Options = {},
  ) {
    this.#kind = kind
    this.#waitMs = waitMs
    this.#onProgress = onProgress
    this.#bus = bus
    this.#store = store
    this.#limits = limits
    this.#inbox = `${bus.prefix}.answer.${randomUUID()}`
    const { connection } = bus
    this.#subscriptions = [
      this.#hear('offer', (call, news, reply) => this.#offerAnswered(call, news, reply)),
      this.#hear('call', (call, news) => this.#callAnswered(call, news)),
      connection.subscribe(freeSubject(bus, kind), { callback: () => this.#offerWaiting() }),
    ]
  }

  /** Its caller may go away: the action goes on. */
  async call(action: ActionCall): Promise<ActionResult> {
    return this.begin(action)
  }

  /** The same; a call that is not admitted throws at once. */
  begin(action: ActionCall): Promise<ActionResult> {
    return this.#resultOf(action, this.#admit(action.environment))
  }

  async #resultOf(action: ActionCall, admitted: Disposable): Promise<ActionResult> {
    using _admitted = admitted
    const call: Call = {
      environment: action.environment,
      id: action.id,
      bytes: ActionCall.encode(action).finish(),
      result: Promise.withResolvers(),
      state: 'waiting',
      answered: Promise.withResolvers(),
      waitsUntil: performance.now() + this.#waitMs,
    }
    this.#calls.set(call.id, call)
    this.#waiting.add(call)
    this.#limitWait(call)
    this.#offerWaiting()
    try {
      const result = await call.result.promise
      return result.stored ? await this.#stored(call.id) : result
    } finally {
      call.state = 'ended'
      clearTimeout(call.timer)
      this.#calls.delete(call.id)
    }
  }

  /** Ends a call that no runner has begun yet. */
  giveUp(id: string, error: AppError): void {
    const call = this.#calls.get(id)
    if (call === undefined || call.state === 'sent' || call.state === 'ended') return
    this.#waiting.delete(call)
    this.#fail(call, error)
  }

  /** From now on nothing is begun: calls that wait fail at once. Those that runners have may end. */
  stopBeginning(): void {
    this.#isStopping = true
    clearTimeout(this.#look)
    for (const call of this.#calls.values()) {
      if (call.state === 'sent') continue
      this.#waiting.delete(call)
      this.#fail(call, stopping())
    }
  }

  [Symbol.dispose](): void {
    this.stopBeginning()
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    for (const call of this.#calls.values()) this.#inDoubt(call, 'its caller stops')
  }

  #admit(environment: string): Disposable {
    if (this.#isStopping) throw stopping()
    const own = this.#perEnvironment.get(environment) ?? 0
    if (own >= this.#limits.perEnvironment || this.#calls.size >= this.#limits.inAll) {
      throw new AppError(
        'unavailable',
        `${own} ${this.#kind}s of this environment are under way, ${this.#calls.size} in all: try again later`,
      )
    }
    this.#perEnvironment.set(environment, own + 1)
    return {
      [Symbol.dispose]: () => {
        const left = (this.#perEnvironment.get(environment) ?? 1) - 1
        if (left === 0) this.#perEnvironment.delete(environment)
        else this.#perEnvironment.set(environment, left)
      },
    }
  }

  #limitWait(call: Call): void {
    const late = () => {
      this.#waiting.delete(call)
      const message = `no runner had a free slot for the ${this.#kind} within ${this.#waitMs / 1000} s: it was not begun`
      this.#fail(call, new AppError('unavailable', message))
    }
    this.#setTimer(call, Math.max(0, call.waitsUntil - performance.now()), late)
  }

  #setTimer(call: Call, ms: number, late: () => void): void {
    clearTimeout(call.timer)
    call.timer = setTimeout(late, ms)
  }

  /** One after the other, until a runner is busy: what a notice says is true for one call. */
  #offerWaiting(): void {
    this.#offering ??= this.#offerAll().finally(() => {
      this.#offering = undefined
    })
  }

  async #offerAll(): Promise<void> {
    clearTimeout(this.#look)
    this.#look = undefined
    for (let call = this.#waiting.take(); call; call = this.#waiting.take()) {
      if ((await this.#offer(call)) === 'busy') return
    }
  }

  async #offer(call: Call): Promise<'busy' | undefined> {
    call.state = 'offered'
    call.answered = Promise.withResolvers()
    this.#setTimer(call, OFFER_MS, () => this.#waitAgain(call))
    this.#publish(offerSubject(this.#bus, this.#kind), undefined, `offer.${call.id}`)
    const pace = setTimeout(() => call.answered.resolve(undefined), PACE_MS)
    const answer = await call.answered.promise
    clearTimeout(pace)
    return answer
  }

  #waitAgain(call: Call): void {
    if (this.#isStopping) {
      this.#fail(call, stopping())
      return
    }
    call.state = 'waiting'
    this.#waiting.putBack(call)
    this.#limitWait(call)
    call.answered.resolve('busy')
    this.#look ??= setTimeout(() => {
      this.#look = undefined
      this.#offerWaiting()
    }, LOOK_MS)
  }

  #offerAnswered(call: Call | undefined, news: News, reply: string | undefined): void {
    if (news?.$case !== 'ready') {
      if (call?.state === 'offered') this.#waitAgain(call)
    } else if (call?.state === 'offered' || call?.state === 'waiting') {
      this.#waiting.delete(call)
      this.#send(call, reply as string) // with `ready` comes the subject of the reservation
    } else {
      // Another runner has it, or its caller has given up: the slot is given back.
      this.#publish(reply as string) // as above
    }
  }

  #send(call: Call, reservation: string): void {
    call.state = 'sent'
    call.answered.resolve(undefined)
    this.#limitSilence(call, 'no runner has answered')
    this.#publish(reservation, call.bytes, `call.${call.id}`)
  }

  #callAnswered(call: Call | undefined, news: News): void {
    if (call?.state !== 'sent') return
    if (news === undefined || news.$case === 'busy') this.#waitAgain(call)
    else if (news.$case === 'result') call.result.resolve(news.value)
    else {
      if (news.$case === 'progress') this.#onProgress(call.id, news.value.json)
      this.#limitSilence(call, 'its runner says nothing any more')
    }
  }

  #hear(
    kind: 'offer' | 'call',
    callback: (call: Call | undefined, news: News, reply: string | undefined) => void,
  ) {
    const prefix = `${this.#inbox}.${kind}.`
    return this.#bus.connection.subscribe(`${prefix}*`, {
      callback: (error, { subject, data, headers, reply }) => {
        if (error) return
        // NATS says by itself that nobody listens there.
        const news = headers?.code === NOBODY ? undefined : ActionNews.decode(data).news
        callback(this.#calls.get(subject.slice(prefix.length)), news, reply)
      },
    })
  }

  #publish(subject: string, bytes?: Uint8Array, answer?: string): void {
    const options = answer === undefined ? {} : { reply: `${this.#inbox}.${answer}` }
    this.#bus.connection.publish(subject, bytes, options)
  }

  #limitSilence(call: Call, why: string): void {
    this.#setTimer(call, SILENT_MS, () => this.#inDoubt(call, why))
  }

  /** It has ended: that its result can't be read must not invite its caller to begin it again. */
  async #stored(id: string): Promise<ActionResult> {
    const record = await this.#store.record(id).catch(() => undefined)
    if (record?.result) return record.result
    throw new AppError('in_doubt', 'the action has ended and taken effect; its result could not be read')
  }

  #inDoubt(call: Call, why: string): void {
    const message = `the outcome of the ${this.#kind} is in doubt: ${why}. It may have taken effect`
    this.#fail(call, new AppError('in_doubt', message))
  }

  #fail(call: Call, error: AppError): void {
    call.state = 'ended'
    call.answered.resolve(undefined)
    call.result.reject(error)
  }
}

const stopping = () =>
  new AppError('unavailable', 'the process that calls it stops: the action was not begun')
