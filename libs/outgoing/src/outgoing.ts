import type { Catalog, Keyring } from '@syncline/catalog'
import type { HttpCall } from '@syncline/functions'
import type { Redis } from '@syncline/redis'
import type { HostCall } from '@syncline/sandbox'
import type { Log } from '@syncline/service'
import { type Asker, Budgets } from './budget/budgets.ts'
import { additionsOf } from './http/additions.ts'
import type { Egress } from './http/egress.ts'
import type { EgressAnswer } from './http/egress-answer.ts'
import { isReplayable, type Request } from './http/request.ts'
import { type AnswerHead, type Result, retryWait } from './http/retry-wait.ts'
import type { StreamedAnswer } from './http/streamed-answer.ts'
import { targetUrl } from './http/target-url.ts'
import { fillUrl } from './template.ts'
import type { ConnectionPlace } from './tokens/access.ts'
import { createTokenEvents } from './tokens/token-events.ts'
import { Tokens } from './tokens/tokens.ts'

export interface OutgoingDeps {
  catalog: Catalog
  keyring: Keyring
  redis: Redis
  redisPrefix: string
  egress: Egress
  log: Log
  /** For tests: spreads the waits before retries. */
  random?: () => number
}

/** Whose call it is, and what happens around it. */
export interface Caller extends HostCall {
  lane: Asker['lane']
  /** A line for people, in the log of the run. `once`: not again with the same text in this run. */
  warn: (text: string, options?: { once: boolean }) => void
  /**
   * Returns after the time, or throws if the caller does not wait so long. `reason` is for people. `named`: the API, or our
   * count of its quota, has named the time; otherwise it is the growing wait of a call that counts its tries.
   */
  wait: (ms: number, reason: string, cause: 'named' | 'growing') => Promise<void>
  /** Told of each request of the call when it has its answer, or failed. */
  onSent?: (request: SentRequest) => void
}

/** A request that was sent. */
export interface SentRequest {
  host: string
  /** Absent: it got no answer. */
  status?: number
  ms: number
}

/** A call whose body is bytes or a stream. With a stream there is one try. */
export type StreamedCall = Omit<HttpCall, 'body' | 'binary'> & Pick<Request, 'body'>

export interface StreamCaller extends Omit<Caller, 'hold'> {
  /** A retry that would have to wait longer is not made: the failed answer is the answer. */
  longestWaitMs: number
}

/** How one try is sent, and what is done with an answer that another try follows. */
interface Sender<A extends Answered> {
  call: Omit<HttpCall, 'body' | 'binary'> & Pick<Request, 'body'>
  caller: Omit<Caller, 'hold'> & { longestWaitMs?: number }
  send: (url: URL, request: Request) => Promise<A>
  discard: (answer?: A) => Promise<void>
  /** Of a URL that gets no credentials. */
  refuse?: (url: URL) => Error
}

type Answered = AnswerHead & { url: string }

/** Requests to the APIs of connections: with credentials, within the quota, repeated where that is worth it. */
export class Outgoing {
  readonly egress: Egress
  readonly tokens: Tokens
  readonly budgets: Budgets
  readonly #random: () => number

  constructor(deps: OutgoingDeps) {
    this.egress = deps.egress
    this.tokens = new Tokens({ ...deps, events: createTokenEvents(deps.log) })
    this.budgets = new Budgets(deps.redis, deps.redisPrefix, { log: deps.log })
    this.#random = deps.random ?? Math.random
  }

  /** A request with the credentials of a connection. The last answer, whatever its status. */
  call(at: ConnectionPlace, call: HttpCall, caller: Caller): Promise<EgressAnswer> {
    return this.#attempts(at, {
      call,
      caller,
      send: (url, request) => this.egress.request(url, { ...request, text: !call.binary }, caller),
      discard: () => caller.hold(0), // the next request may wait, and this answer is not needed any more
    })
  }

  /**
   * The same, with a body that is still to come. Only URLs that get the connection's credentials are called.
   * @param refuse Makes the error of another URL.
   */
  stream(
    at: ConnectionPlace,
    call: StreamedCall,
    caller: StreamCaller,
    refuse: (url: URL) => Error,
  ): Promise<StreamedAnswer> {
    return this.#attempts(at, {
      call: { ...call, retries: isReplayable(call.body) ? call.retries : 0 },
      caller,
      send: (url, request) => this.egress.stream(url, request, caller.signal),
      discard: async (answer) => void answer?.body.on('error', () => {}).destroy(),
      refuse,
    })
  }

  async #attempts<A extends Answered>(at: ConnectionPlace, sender: Sender<A>): Promise<A> {
    const { call, caller } = sender
    let renewed = false
    for (let tried = 0; ; ) {
      const access = await this.tokens.access(at, caller.signal)
      const { connectionConfig } = access.connection
      const baseUrl = fillUrl(access.settings.baseUrl, { connectionConfig })
      const url = targetUrl(baseUrl, call)
      const base = targetUrl(baseUrl, { endpoint: '' })
      const additions = additionsOf(access, base, (text) => caller.warn(text, { once: true }))
      if (sender.refuse && !additions(url)) throw sender.refuse(url)
      // The quota is that of the API: another host that a function calls has no part in it.
      if (additions(url)) {
        const { waitMs } = await this.budgets.take(access, {
          connection: access.connection.uid,
          lane: caller.lane,
        })
        if (waitMs > 0) {
          await caller.wait(waitMs, `the quota of '${access.integration.key}' is used up`, 'named')
          continue // the credentials may be others by now
        }
      }
      const result = await this.#send(sender, url, { ...call, additions })
      const isApi = result.kind === 'answer' && additions(new URL(result.answer.url)) !== undefined
      if (isApi) {
        await this.budgets.learn(access, result.answer)
        if (result.answer.status === 401 && !renewed) {
          renewed = await this.tokens.renew(at, access, caller.signal)
          if (renewed && isReplayable(call.body)) {
            await sender.discard(result.answer)
            continue
          }
        }
      }

      const policy = { ...call, ...access.settings.retry, tried }
      const wait = tried < call.retries ? retryWait(result, policy, Date.now(), this.#random) : undefined
      if (!wait || wait.ms > (caller.longestWaitMs ?? Infinity)) {
        if (result.kind === 'fault') throw result.error
        return result.answer
      }
      tried++
      const what = result.kind === 'answer' ? `answered ${result.answer.status}` : result.error.message
      const reason = `${call.method} ${url.pathname}: ${what}`
      const seconds = (wait.ms / 1000).toFixed(1)
      caller.warn(`${reason}; trying again in ${seconds} s (${tried} of ${call.retries})`)
      await sender.discard(result.kind === 'answer' ? result.answer : undefined)
      await caller.wait(wait.ms, reason, wait.cause)
    }
  }

  async #send<A extends Answered>(
    { send, caller }: Sender<A>,
    url: URL,
    request: Request,
  ): Promise<{ kind: 'answer'; answer: A } | Extract<Result, { kind: 'fault' }>> {
    const since = performance.now()
    const sent = (status?: number) =>
      caller.onSent?.({ host: url.host, ...(status && { status }), ms: performance.now() - since })
    try {
      const answer = await send(url, request)
      sent(answer.status)
      return { kind: 'answer', answer }
    } catch (error) {
      sent()
      if (caller.signal.aborted || !(error instanceof Error)) throw error
      return { kind: 'fault', error }
    }
  }
}
