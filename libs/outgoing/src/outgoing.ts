import type { Catalog, Keyring } from '@syncline/catalog'
import type { HttpCall } from '@syncline/functions'
import type { Redis } from '@syncline/redis'
import type { HostCall } from '@syncline/sandbox'
import type { Log } from '@syncline/service'
import { type Asker, Budgets } from './budget/budgets.ts'
import { additionsOf } from './http/additions.ts'
import type { Egress } from './http/egress.ts'
import type { EgressAnswer } from './http/egress-answer.ts'
import type { Request } from './http/request.ts'
import { type Result, retryWait } from './http/retry-wait.ts'
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
}

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
  async call(at: ConnectionPlace, call: HttpCall, caller: Caller): Promise<EgressAnswer> {
    let renewed = false
    for (let tried = 0; ; ) {
      const access = await this.tokens.access(at, caller.signal)
      const { connectionConfig } = access.connection
      const baseUrl = fillUrl(access.settings.baseUrl, { connectionConfig })
      const url = targetUrl(baseUrl, call)
      const base = targetUrl(baseUrl, { endpoint: '' })
      const additions = additionsOf(access, base, (text) => caller.warn(text, { once: true }))
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
      const result = await this.#send(url, { ...call, additions, text: !call.binary }, caller)
      const isApi = result.kind === 'answer' && additions(new URL(result.answer.url)) !== undefined
      if (isApi) {
        await this.budgets.learn(access, result.answer)
        if (result.answer.status === 401 && !renewed) {
          renewed = await this.tokens.renew(at, access, caller.signal)
          if (renewed) {
            await caller.hold(0) // the next request may wait, and this answer is not needed any more
            continue
          }
        }
      }

      const policy = { ...call, ...access.settings.retry, tried }
      const wait = tried < call.retries ? retryWait(result, policy, Date.now(), this.#random) : undefined
      if (!wait) {
        if (result.kind === 'fault') throw result.error
        return result.answer
      }
      tried++
      const what = result.kind === 'answer' ? `answered ${result.answer.status}` : result.error.message
      const reason = `${call.method} ${url.pathname}: ${what}`
      const seconds = (wait.ms / 1000).toFixed(1)
      caller.warn(`${reason}; trying again in ${seconds} s (${tried} of ${call.retries})`)
      await caller.hold(0)
      await caller.wait(wait.ms, reason, wait.cause)
    }
  }

  async #send(url: URL, request: Request, caller: Caller): Promise<Result> {
    try {
      return { kind: 'answer', answer: await this.egress.request(url, request, caller) }
    } catch (error) {
      if (caller.signal.aborted || !(error instanceof Error)) throw error
      return { kind: 'fault', error }
    }
  }
}
