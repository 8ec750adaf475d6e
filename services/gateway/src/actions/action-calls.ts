import { randomUUID } from 'node:crypto'
import { type ActionStore, callSubject, freeSubject, SILENT_MS } from '@syncline/actions'
import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { ActionCall, ActionNews, type ActionResult } from '@syncline/proto'
import { WaitingCalls } from './waiting-calls.ts'

/** A call that finds no free slot waits so long at most. */
const WAIT_MS = 15_000
/** How soon a free slot is found whose notice was lost. */
const LOOK_MS = 100
/** A runner says so soon whether it has begun; the next call is not held up by one that says nothing. */
const REPLY_MS = 200

interface Limits {
  /** Calls under way, waiting ones included: of one environment, and of all. */
  perEnvironment: number
  inAll: number
}

interface Call {
  environment: string
  id: string
  bytes: Uint8Array
  result: PromiseWithResolvers<ActionResult>
  /** Settles when it has begun, or is over: the next call may try. */
  tried: PromiseWithResolvers<'busy' | undefined>
  waitsUntil: number
  timer?: NodeJS.Timeout
}

/**
 * Calls synchronous actions on runners, over core NATS, which delivers a message once at most.
 *
 * States of a call: waiting → sent → begun → ended. From `sent` it goes back to `waiting` when the runner is busy, or when
 * there is none: it has certainly not begun. A runner that was sent the call, and then says nothing for five seconds, may have
 * begun it: the outcome is in doubt, and nobody begins it again.
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
  #trying: Promise<void> | undefined
  #look: NodeJS.Timeout | undefined

  constructor(bus: Bus, store: ActionStore, limits: Limits) {
    this.#bus = bus
    this.#store = store
    this.#limits = limits
    this.#inbox = `${bus.prefix}.answer.${randomUUID()}`
    const { connection } = bus
    this.#subscriptions = [
      connection.subscribe(`${this.#inbox}.*`, {
        callback: (error, message) => {
          const call = error ? undefined : this.#calls.get(message.subject.slice(this.#inbox.length + 1))
          if (call) this.#heard(call, message)
        },
      }),
      connection.subscribe(freeSubject(bus), { callback: () => this.#tryWaiting() }),
    ]
  }

  /** Its caller may go away: the action goes on. */
  async call(action: ActionCall): Promise<ActionResult> {
    using _place = this.#admit(action.environment)
    const call: Call = {
      environment: action.environment,
      id: action.id,
      bytes: ActionCall.encode(action).finish(),
      result: Promise.withResolvers(),
      tried: Promise.withResolvers(),
      waitsUntil: performance.now() + WAIT_MS,
    }
    this.#calls.set(call.id, call)
    this.#waiting.add(call)
    this.#limitWait(call)
    this.#tryWaiting()
    try {
      const result = await call.result.promise
      return result.stored ? await this.#stored(call.id) : result
    } finally {
      clearTimeout(call.timer)
      this.#calls.delete(call.id)
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#look)
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    for (const call of this.#calls.values()) this.#inDoubt(call, 'the gateway stops')
  }

  #admit(environment: string): Disposable {
    const own = this.#perEnvironment.get(environment) ?? 0
    if (own >= this.#limits.perEnvironment || this.#calls.size >= this.#limits.inAll) {
      throw new AppError(
        'unavailable',
        `${own} actions of this environment are under way, ${this.#calls.size} in all: try again later`,
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
      const message = `no runner had a free slot for an action within ${WAIT_MS / 1000} s: it was not begun`
      this.#fail(call, new AppError('unavailable', message))
    }
    this.#setTimer(call, Math.max(0, call.waitsUntil - performance.now()), late)
  }

  #limitSilence(call: Call, why: string): void {
    this.#setTimer(call, SILENT_MS, () => this.#inDoubt(call, why))
  }

  #setTimer(call: Call, ms: number, late: () => void): void {
    clearTimeout(call.timer)
    call.timer = setTimeout(late, ms)
  }

  /** One after the other, until a runner is busy: what a notice says is true for one call. */
  #tryWaiting(): void {
    this.#trying ??= this.#try().finally(() => {
      this.#trying = undefined
    })
  }

  async #try(): Promise<void> {
    clearTimeout(this.#look)
    this.#look = undefined
    for (let call = this.#waiting.take(); call; call = this.#waiting.take()) {
      if (!(await this.#sent(call))) return
    }
  }

  /** False: it waits again. */
  async #sent(call: Call): Promise<boolean> {
    call.tried = Promise.withResolvers()
    this.#limitSilence(call, 'no runner has answered')
    this.#bus.connection.publish(callSubject(this.#bus), call.bytes, { reply: `${this.#inbox}.${call.id}` })
    const late = setTimeout(() => call.tried.resolve(undefined), REPLY_MS)
    const answer = await call.tried.promise
    clearTimeout(late)
    return answer !== 'busy'
  }

  #heard(call: Call, { data, headers }: { data: Uint8Array; headers?: { code: number } }): void {
    // NATS says by itself that there is no runner.
    const isAway = headers?.code === 503
    const { news } = isAway ? { news: undefined } : ActionNews.decode(data)
    if (isAway || news?.$case === 'busy') {
      this.#waiting.putBack(call)
      this.#limitWait(call)
      call.tried.resolve('busy')
      this.#look ??= setTimeout(() => this.#tryWaiting(), LOOK_MS)
    } else if (news?.$case === 'result') {
      call.tried.resolve(undefined)
      call.result.resolve(news.value)
    } else {
      call.tried.resolve(undefined)
      this.#limitSilence(call, 'its runner says nothing any more')
    }
  }

  async #stored(id: string): Promise<ActionResult> {
    const record = await this.#store.record(id)
    if (record?.result) return record.result
    throw new AppError('in_doubt', 'the action has ended, and its result is not stored')
  }

  #inDoubt(call: Call, why: string): void {
    const message = `the outcome of the action is in doubt: ${why}. It may have taken effect`
    this.#fail(call, new AppError('in_doubt', message))
  }

  #fail(call: Call, error: AppError): void {
    call.tried.resolve(undefined)
    call.result.reject(error)
  }
}
