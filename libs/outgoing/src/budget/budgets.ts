import { withTimeout } from '@syncline/async'
import { type Redis, redisCall, type Script } from '@syncline/redis'
import type { Log } from '@syncline/service'
import { LRUCache } from 'lru-cache'
import type { EgressAnswer } from '../http/egress-answer.ts'
import { createBudgetEvents } from './budget-events.ts'
import { type Asked, type Limit, limitOf } from './limit-of.ts'
import { LocalLimit } from './local-limit.ts'
import { type Quota, quotaOf } from './quota-of.ts'
import { scripts } from './scripts.ts'

const REDIS_DEADLINE_MS = 1000
const REDIS_RETRY_MS = 1000
/** A budget that another process has learned is met here so much later at most. */
const ABSENT_MS = 1000
const LONGEST_BLOCK_MS = 3_600_000
const LOCAL_LIMITS = 10_000
const WAITING_CONNECTIONS = 10_000
/** With more calls left than that, and than a tenth, nobody has to count them. */
const MANY_LEFT = 50
/** Headers count in seconds. A configured period that is as short knows better. */
const SHORT_PERIOD_MS = 2000

/** Who asks for a request: connections share a budget evenly, and those that never succeeded yet have a lane of their own. */
export interface Asker {
  connection: string
  lane: 'fresh' | 'first'
}

export interface Turn {
  /** 0: the request may go now. Else: ms after which to ask again. It is likely to go then, or soon after. */
  waitMs: number
  /** Connections that go before, also those that have left and come back. */
  ahead: number
}

export interface BudgetsOptions {
  /** Gets a line when Redis stops answering: one, until it has answered again. */
  log?: Pick<Log, 'warn'>
  /** In place of the clock of Redis. */
  now?: () => number
}

/** A turn that has to wait, until an instant. */
interface Told {
  askAt: number
  ahead: number
}

const GO: Turn = { waitMs: 0, ahead: 0 }

/**
 * How many requests the quotas of APIs allow. All processes share them by Redis.
 *
 * No period of the configured length ever has more calls than are configured. While connections wait, each gets as many calls
 * as the others, a turn of some calls at a time; a connection that is away keeps its place, and delays nobody. What
 * answers say about the quota (429, headers) holds for all processes. An API without a budget is not asked for more than once
 * a second.
 *
 * While Redis is away, calls go on: each process lets a quarter of a configured rate pass.
 */
export class Budgets {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #clock: (() => number) | undefined
  readonly #events: ReturnType<typeof createBudgetEvents>
  readonly #local = new LRUCache<string, LocalLimit>({ max: LOCAL_LIMITS })
  /** What one call of a connection was told holds for its other calls in this process. */
  readonly #told = new LRUCache<string, Told>({ max: WAITING_CONNECTIONS })
  #redisAway = false
  #nextTryAt = 0

  constructor(redis: Redis, prefix: string, options: BudgetsOptions = {}) {
    this.#redis = redis
    this.#prefix = prefix
    this.#clock = options.now
    this.#events = createBudgetEvents(options.log)
  }

  /** Asks for one request. */
  async take(access: Asked, asker: Asker): Promise<Turn> {
    const limit = limitOf(access)
    const local = this.#localLimit(limit)
    const turn = await this.#take(limit, local, asker)
    if (turn.waitMs === 0) this.#events.granted()
    else this.#events.waits(turn.waitMs)
    return turn
  }

  /** ms that a request of the connection would have to wait now. It does not join the queue by that. */
  async estimate(access: Asked, asker: Asker): Promise<number> {
    const limit = limitOf(access)
    const local = this.#localLimit(limit)
    if (this.#now() < local.absentUntil) return 0
    this.#told.delete(nameOf(limit, asker)) // this is newer
    return Number((await this.#run(scripts.estimate, limit, asker)) ?? 0)
  }

  /**
   * The connection's requests do not ask again soon, but come back: it keeps its place in the queue, or gets one.
   * @returns ms after which to come back.
   */
  async leave(access: Asked, asker: Asker): Promise<number> {
    const limit = limitOf(access)
    this.#told.delete(nameOf(limit, asker))
    return Number((await this.#run(scripts.leave, limit, asker)) ?? 0)
  }

  /** Takes what an answer says about the quota. */
  async learn(access: Asked, answer: Pick<EgressAnswer, 'status' | 'headers'>): Promise<void> {
    const now = this.#now()
    const quota = quotaOf(answer, access.settings.retry, now)
    if (quota === undefined) return
    const limit = limitOf(access)
    const local = this.#localLimit(limit)
    if (!isWorthKnowing(quota, answer.status, limit, now < local.absentUntil)) return
    const { usedUp, remaining = '', waitMs = '' } = quota
    const refused = usedUp && answer.status >= 400
    if (refused) this.#events.refused()

    const args = [
      refused ? 'refused' : usedUp ? 'empty' : 'left',
      waitMs,
      remaining,
      local.rate(now),
      LONGEST_BLOCK_MS,
    ]
    const blocks = await this.#run(scripts.learn, limit, { connection: access.connection.uid }, args)
    if (blocks === 1) this.#events.blocked()
    local.absentUntil = 0
    if (blocks === undefined && usedUp && !limit.shared) {
      local.block(Math.min(quota.waitMs ?? ABSENT_MS, LONGEST_BLOCK_MS), now)
    }
  }

  async #take(limit: Limit, local: LocalLimit, asker: Asker): Promise<Turn> {
    const now = this.#now()
    if (now < local.absentUntil) {
      local.count(now)
      return GO
    }
    const known = this.#told.get(nameOf(limit, asker))
    if (known && now < known.askAt) {
      return { waitMs: Math.ceil(known.askAt - now), ahead: known.ahead }
    }
    const answer = await this.#run(scripts.take, limit, asker)
    if (answer === undefined) {
      this.#events.withoutRedis()
      return { waitMs: Math.ceil(local.take(limit, this.#now())), ahead: 0 }
    }
    const [wait, ahead] = answer as [string, number] // take.lua
    if (wait === '-1') {
      local.absentUntil = now + ABSENT_MS
      local.count(now)
      return GO
    }
    const waitMs = Number(wait)
    if (waitMs > 0) this.#told.set(nameOf(limit, asker), { askAt: now + waitMs, ahead })
    return { waitMs, ahead }
  }

  /** Undefined while Redis is away: one call a second finds out whether it still is. */
  async #run(
    script: Script,
    { key, shared, requests, periodMs }: Limit,
    { connection, lane }: { connection: string; lane?: Asker['lane'] },
    args: (string | number)[] = [],
  ): Promise<unknown> {
    if (this.#redisAway) {
      if (Date.now() < this.#nextTryAt) return undefined
      this.#nextTryAt = Date.now() + REDIS_RETRY_MS
    }
    const all = [this.#clock?.() ?? '', requests, periodMs, shared ? 1 : 0, lane === 'first' ? 2 : 1]
    const call = redisCall(
      script(this.#redis, [`${this.#prefix}budget:{${key}}:`], [...all, connection, ...args]),
    )
    try {
      const value = await withTimeout(call, REDIS_DEADLINE_MS, 'a script of a budget')
      this.#redisAway = false
      return value
    } catch (error) {
      if (!isAway(error)) throw error
      call.catch(() => {}) // it was late
      this.#nextTryAt = Date.now() + REDIS_RETRY_MS
      if (!this.#redisAway) this.#events.redisAway(error)
      this.#redisAway = true
      return undefined
    }
  }

  #localLimit({ key }: Limit): LocalLimit {
    const known = this.#local.get(key) ?? new LocalLimit()
    this.#local.set(key, known)
    return known
  }

  #now(): number {
    return this.#clock?.() ?? Date.now()
  }
}

const nameOf = ({ key }: Limit, { connection, lane }: Asker) => `${key} ${lane} ${connection}`

/** Answers that say that all is well are the rule: they cost nothing. */
function isWorthKnowing(quota: Quota, status: number, limit: Limit, absent: boolean): boolean {
  if (quota.usedUp && status >= 400) return true
  if (limit.requests > 0 && limit.periodMs <= SHORT_PERIOD_MS) return false
  const { usedUp, remaining = 0, limit: most = 0 } = quota
  if (usedUp) return true
  if (limit.shared) return false
  return remaining <= Math.max(MANY_LEFT, most / 10) || (limit.requests === 0 && !absent)
}

function isAway(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return error.name === 'TimeoutError' || ('code' in error && error.code === 'unavailable')
}
