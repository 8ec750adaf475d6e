import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { jittered, orAborted, timeLimit } from '@syncline/async'
import type { Catalog, Connection, Keyring } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Redis } from '@syncline/redis'
import { LRUCache } from 'lru-cache'
import pLimit, { type LimitFunction } from 'p-limit'
import type { Egress } from '../http/egress.ts'
import { type Access, accessTo, type ConnectionPlace, freshAccessTo, hasTokens } from './access.ts'
import { freshness } from './freshness.ts'
import { GrantState } from './grant-state.ts'
import { requestToken } from './request-token.ts'
import type { Reason } from './token-call.ts'
import { inBackoff, refuseIfNeedsReauth, tooLate } from './token-errors.ts'
import type { TokenEvents } from './token-events.ts'
import { TokenStore } from './token-store.ts'
import { triedToken } from './tried-token.ts'

export interface TokensDeps {
  catalog: Catalog
  keyring: Keyring
  redis: Redis
  redisPrefix: string
  egress: Egress
  events: TokenEvents
}

/** A refresh with all its waits, that for others included. */
const REFRESH_MS = 90_000
/** Of different connections, in this process. */
const REFRESHES_AT_ONCE = 128
/** Of one integration: a vendor whose server hangs holds up only itself. */
const REFRESHES_OF_INTEGRATION = 8
const INTEGRATIONS = 10_000
/** Of one connection, in this process: each call would else try it. */
const AHEAD_EVERY_MS = 2_000
const AHEAD_CONNECTIONS = 10_000
/** While another process has the lease. */
const POLL_MS = 150
/** Credentials are refused for good when they are refused twice, so long apart. */
const CONFIRM_MS = 3_000

/** Why a token is not good enough. `ahead`: it is, for a while. */
interface Need {
  reason: Reason | 'ahead' | 'forced'
  isMet: (access: Access) => boolean
}

/**
 * Credentials that can be used now. A token is renewed by one process at a time: that with the lease in Redis. The others wait and
 * read the connection again. A new token, with the refresh token that may have come with it, is in the catalog before anybody
 * uses it; if somebody has put other credentials there meanwhile, those stay and the token is dropped.
 *
 * If a process dies
 * - with the lease, before the answer: the lease ends after 20 s, and another one asks;
 * - between the answer and its first write, to Redis, about a millisecond later: the token is lost, and where the server has
 *   replaced the refresh token, so is that one. Nobody can close this window, as the server's change and ours are not one
 *   transaction. Servers that accept the old refresh token for a while, or once more, forgive it. Else the connection needs new credentials;
 * - then, before the catalog has it: the next one with the lease finds it in Redis, sealed, and stores it. The same happens when NATS
 *   is away just then;
 * - then, before its first use: it is in the catalog.
 */
export class Tokens {
  readonly #deps: TokensDeps
  readonly #store: TokenStore
  readonly #refreshes = new Map<string, Promise<Access>>()
  readonly #atOnce = pLimit(REFRESHES_AT_ONCE)
  readonly #ofIntegration = new LRUCache<string, LimitFunction>({
    max: INTEGRATIONS,
    memoMethod: () => pLimit(REFRESHES_OF_INTEGRATION),
  })
  /** Connections whose token this process has tried to renew ahead a moment ago. */
  readonly #triedAhead = new LRUCache<string, true>({ max: AHEAD_CONNECTIONS, ttl: AHEAD_EVERY_MS })
  /** Of this process: others choose other instants for the same token. */
  readonly #jitterSeed = randomUUID()

  constructor(deps: TokensDeps) {
    this.#deps = deps
    this.#store = new TokenStore(deps)
  }

  /**
   * @throws `invalid_credentials` if the connection needs new credentials.
   * @throws TokenUnavailable if it has no token that works, and none can be got now.
   */
  async access(at: ConnectionPlace, signal: AbortSignal): Promise<Access> {
    const access = await accessTo(this.#deps, at)
    if (!hasTokens(access.settings.auth)) return access
    const state = this.#freshness(access)
    if (at.tried) {
      return state === 'expired' ? await triedToken(this.#deps.egress, at.tried, access, signal) : access
    }
    if (state === 'expired' || access.connection.needsReauth) {
      const isMet = (each: Access) => this.#freshness(each) !== 'expired'
      const reason = access.token === undefined ? 'first' : 'expired'
      return await orAborted(this.#refreshed(at, { reason, isMet }), signal)
    }
    if (state === 'due' && canRenew(access)) this.#renewAhead(at)
    return access
  }

  /** The API has refused the token of `used`. Returns whether there is another one now. */
  async renew(at: ConnectionPlace, used: Access, signal: AbortSignal): Promise<boolean> {
    // Its API has refused the only credentials that there are.
    if (at.tried) return false
    const { credentials, token } = used
    const now = await freshAccessTo(this.#deps, at)
    if (!hasTokens(now.settings.auth)) {
      return JSON.stringify(now.credentials) !== JSON.stringify(credentials)
    }
    const isMet = (each: Access) => each.token?.accessToken !== token?.accessToken
    if (isMet(now)) return true
    if (!canRenew(now)) return false
    // A token that the API refuses just after it was made would be refused again.
    const ageMs = Date.now() - (now.token?.obtainedAt ?? 0)
    if (ageMs < (await this.#state(now.connection).leastAgeToRenew())) return false
    await orAborted(this.#refreshed(at, { reason: 'rejected', isMet }), signal)
    return true
  }

  /** Gets a new token in any case, also for a connection that needs new credentials: what was wrong may have been put right. */
  async refresh(at: ConnectionPlace, signal: AbortSignal): Promise<Access> {
    const access = await freshAccessTo(this.#deps, at)
    if (!hasTokens(access.settings.auth)) return access
    const { token } = access
    const isMet = (each: Access) =>
      each.token?.accessToken !== token?.accessToken && each.connection.needsReauth === undefined
    return await orAborted(this.#refreshed(at, { reason: 'forced', isMet }), signal)
  }

  #freshness({ token, connection }: Access): ReturnType<typeof freshness> {
    const digest = createHash('sha256')
      .update(this.#jitterSeed + connection.uid)
      .digest()
    return freshness(token, Date.now(), digest.readUInt32LE() / 2 ** 32)
  }

  #state(connection: Connection): GrantState {
    return new GrantState(this.#deps.redis, this.#deps.redisPrefix, connection)
  }

  #renewAhead(at: ConnectionPlace): void {
    const key = keyOf(at)
    if (this.#triedAhead.has(key)) return
    this.#triedAhead.set(key, true)
    const isMet = (each: Access) => this.#freshness(each) === 'fresh'
    this.#refreshed(at, { reason: 'ahead', isMet }).catch((error: unknown) =>
      this.#deps.events.aheadFailed(at, error),
    )
  }

  /** In this process one at a time for a connection. It goes on when its callers have gone. */
  async #refreshed(at: ConnectionPlace, need: Need): Promise<Access> {
    const key = keyOf(at)
    for (;;) {
      const present = this.#refreshes.get(key)
      if (present === undefined) break
      const access = await present
      if (need.isMet(access)) return access
    }
    const refresh = this.#inTurn(at, need).finally(() => this.#refreshes.delete(key))
    this.#refreshes.set(key, refresh)
    return await refresh
  }

  async #inTurn(at: ConnectionPlace, need: Need): Promise<Access> {
    using limit = timeLimit(REFRESH_MS)
    const ofIntegration = this.#ofIntegration.memo(JSON.stringify([at.environment, at.integration]))
    const turn = ofIntegration(() => this.#atOnce(() => this.#refresh(at, need, limit.signal)))
    return await orAborted(turn, limit.signal).catch((error: unknown) => {
      throw error === limit.signal.reason ? tooLate(at, error) : error
    })
  }

  async #refresh(at: ConnectionPlace, need: Need, signal: AbortSignal): Promise<Access> {
    for (;;) {
      signal.throwIfAborted()
      const access = await freshAccessTo(this.#deps, at)
      if (need.reason !== 'forced') refuseIfNeedsReauth(access)
      if (need.isMet(access) || !hasTokens(access.settings.auth)) return access
      const state = this.#state(access.connection)
      const failure = at.settings ? undefined : await state.failure()
      if (failure && Date.now() < failure.retryAt) {
        if (need.reason === 'ahead') return access
        throw inBackoff(access, failure)
      }
      const renewed = await this.#inLease(at, need, state, signal)
      if (renewed) return renewed
      if (need.reason === 'ahead') return access
      await sleep(jittered(POLL_MS), undefined, { signal })
    }
  }

  /** Undefined if another process has the lease, or somebody has put other credentials meanwhile. */
  async #inLease(
    at: ConnectionPlace,
    need: Need,
    state: GrantState,
    signal: AbortSignal,
  ): Promise<Access | undefined> {
    await using lease = await state.lease()
    if (!lease) return undefined
    const within = AbortSignal.any([signal, lease.signal])
    try {
      return await this.#withLease(at, need, state, within)
    } catch (error) {
      throw within.aborted && error === within.reason ? tooLate(at, error) : error
    }
  }

  /** The connection is read again, as the process that had the lease before may have renewed the token. */
  async #withLease(
    at: ConnectionPlace,
    need: Need,
    state: GrantState,
    signal: AbortSignal,
  ): Promise<Access | undefined> {
    const { events, egress } = this.#deps
    for (let refusals = 0; ; ) {
      const access = await this.#store.newest(at, state)
      const { auth } = access.settings
      if (!state.isOf(access.connection)) return undefined
      // The process that had the lease before may have found out that its credentials are refused for good.
      if (need.reason !== 'forced') refuseIfNeedsReauth(access)
      if (need.isMet(access) || !hasTokens(auth)) return access
      if (!canRenew(access)) throw await this.#notRenewable(at, access)

      const startedAt = Date.now()
      const answer = await requestToken(egress, auth, access, reasonOf(need, access), signal)
      if (answer.kind === 'token') {
        events.tokenObtained(at, need.reason, Date.now() - startedAt)
        await this.#store.keep(at, access, answer.token, state)
        if (need.reason === 'rejected') await state.addRenewal()
        await state.clearFailure()
        const now = await this.#store.newest(at, state)
        return state.isOf(now.connection) ? now : undefined
      }
      // What fails with settings that somebody tries says nothing about the connection.
      if (at.settings) throw new AppError('invalid_credentials', `no token: ${answer.message}`)
      if (answer.kind === 'failed') {
        events.tokenFailed(at, answer.message)
        throw inBackoff(access, await state.addFailure(answer.message))
      }
      events.tokenRefused(at, answer.message)
      if (++refusals === 2) {
        throw await this.#store.markNeedsReauth(at, access, `its credentials were refused: ${answer.message}`)
      }
      // Once may be a race with somebody who has put new credentials, or a server whose replicas differ.
      await sleep(CONFIRM_MS, undefined, { signal })
    }
  }

  async #notRenewable(at: ConnectionPlace, access: Access): Promise<AppError> {
    if (this.#freshness(access) === 'expired' && !at.settings) {
      return await this.#store.markNeedsReauth(
        at,
        access,
        'its token has expired and it has no refresh token',
      )
    }
    return new AppError('invalid_credentials', `connection '${at.connection}' has no refresh token`)
  }
}

const keyOf = ({ environment, integration, connection, uid, settings }: ConnectionPlace) =>
  JSON.stringify([environment, integration, connection, uid, settings?.auth])

function reasonOf({ reason }: Need, { token }: Access): Reason {
  if (token === undefined) return 'first'
  return reason === 'rejected' ? 'rejected' : 'expired'
}

/** A token that somebody has given us without a refresh token is used until it ends. */
function canRenew({ settings, token }: Access): boolean {
  return settings.auth.type !== 'oauth2' || token?.refreshToken !== undefined
}
