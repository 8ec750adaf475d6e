import type { Catalog, Keyring } from '@syncline/catalog'
import type { HttpCall } from '@syncline/functions'
import type { Redis } from '@syncline/redis'
import type { HostCall } from '@syncline/sandbox'
import { type Asker, Budgets } from './budget/budgets.ts'
import { authorize } from './http/authorize.ts'
import type { Egress, Request } from './http/egress.ts'
import type { EgressAnswer } from './http/egress-answer.ts'
import { type Result, retryWait } from './http/retry-wait.ts'
import { interpolate, targetUrl } from './http/target-url.ts'
import type { Access, ConnectionPlace } from './tokens/access.ts'
import { Tokens } from './tokens/tokens.ts'

export interface OutgoingDeps {
  catalog: Catalog
  keyring: Keyring
  redis: Redis
  redisPrefix: string
  egress: Egress
}

/** Whose call it is, and what happens around it. */
export interface Caller extends HostCall {
  lane: Asker['lane']
  /** A line for people, in the log of the run. */
  warn: (text: string) => void
  /** Returns after the time, or throws if the caller does not wait so long. `reason` is for people. */
  wait: (ms: number, reason: string) => Promise<void>
}

/** Requests to the APIs of connections: with credentials, within the quota, repeated where that is worth it. */
export class Outgoing {
  readonly egress: Egress
  readonly tokens: Tokens
  readonly budgets: Budgets

  constructor(deps: OutgoingDeps) {
    this.egress = deps.egress
    this.tokens = new Tokens(deps)
    this.budgets = new Budgets(deps.redis, deps.redisPrefix)
  }

  /** A request with the credentials of a connection. The last answer, whatever its status. */
  async call(at: ConnectionPlace, call: HttpCall, caller: Caller): Promise<EgressAnswer> {
    let renewed = false
    for (let tried = 0; ; tried++) {
      const access = await this.tokens.access(at, caller.signal)
      const { url, headers } = toRequest(access, call)
      await this.#withinBudget(access, caller)
      const result = await this.#send(url, { ...call, headers }, caller)
      if (result.kind === 'answer') await this.budgets.learn(access, result.answer)
      if (result.kind === 'answer' && result.answer.status === 401 && !renewed) {
        renewed = await this.tokens.renew(at, access, caller.signal)
        if (renewed) continue
      }

      const policy = { ...call, ...access.settings.retry, tried }
      const waitMs = tried < call.retries ? retryWait(result, policy, Date.now()) : undefined
      if (waitMs === undefined) {
        if (result.kind === 'fault') throw result.error
        return result.answer
      }
      const what = result.kind === 'answer' ? `answered ${result.answer.status}` : result.error.message
      const reason = `${call.method} ${url.pathname}: ${what}`
      caller.warn(
        `${reason}; trying again in ${(waitMs / 1000).toFixed(1)} s (${tried + 1} of ${call.retries})`,
      )
      await caller.hold(0) // the wait may be long, and the answer is not needed any more
      await caller.wait(waitMs, reason)
    }
  }

  async #withinBudget(access: Access, caller: Caller): Promise<void> {
    const asker = { connection: access.connection.uid, lane: caller.lane }
    for (;;) {
      const waitMs = await this.budgets.take(access, asker)
      if (waitMs === 0) return
      await caller.wait(waitMs, `the quota of '${access.integration.key}' is used up`)
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

/** What the function sets wins over the integration's default headers. */
function toRequest({ settings, connection, credentials }: Access, call: HttpCall) {
  const { connectionConfig } = connection
  const auth = authorize(settings.auth, credentials)
  const url = targetUrl(interpolate(settings.baseUrl, connectionConfig), call)
  for (const [name, value] of Object.entries(auth.query)) url.searchParams.set(name, value)
  const defaults = Object.entries(settings.headers).map(([name, value]) => [
    name.toLowerCase(),
    interpolate(value, connectionConfig),
  ])
  const headers = { ...Object.fromEntries(defaults), ...auth.headers, ...call.headers }
  return { url, headers }
}
