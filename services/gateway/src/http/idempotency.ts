import { createHash, createHmac, randomUUID } from 'node:crypto'
import type { Route } from '@syncline/api'
import type { Keyring } from '@syncline/catalog'
import { CommandRefusal } from '@syncline/commands'
import { AppError, codes, type ErrorCode } from '@syncline/errors'
import { type Redis, redisCall, script } from '@syncline/redis'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Events } from '../events.ts'
import { sessionOfRequest } from '../sessions/from-request.ts'
import { bearerOf, type Caller } from './caller.ts'
import { type Ended, type KeptAnswer, keptAnswer, keptError, replayed } from './kept-answer.ts'

const LEASE_MS = 30_000
const KEPT_MS = 24 * 3_600_000
/** A key that a client has made for the repetitions of one call, as the SDK does, is not needed for a day. */
const FOR_RETRIES = { prefix: 'retry-', keptMs: 10 * 60_000 }
const FORM = /^[\x20-\x7e]{1,255}$/
/** Beside method, path, query and body these say what a request asks for. */
const headers = ['connection-id', 'provider-config-key', 'prefer', 'x-async', 'x-max-retries']
/** They ended by a verdict that stands: another try would have its effect a second time. */
const verdicts: ErrorCode[] = ['in_doubt', 'action_timed_out']
const FULL_RETRY_SECONDS = 60

const usage = new URL('./idempotency-usage.lua', import.meta.url)
const begin = script(new URL('./begin-request.lua', import.meta.url), usage)
const settle = script(new URL('./settle-request.lua', import.meta.url), usage)

interface Options {
  redis: Redis
  prefix: string
  keyring: Keyring
  events: Pick<Events, 'answerNotKept'>
  limits: { perEnvironment: number; inAll: number }
}

/**
 * Carries out a POST with an `Idempotency-Key` once: its answer is kept for a day (of keys `retry-…` for ten minutes), sealed, and given
 * to later requests of the same API key with the same key. Errors of ours (5xx) and 429 are not kept, but for those that say how an action ended.
 *
 * A gateway that dies leaves a lease that ends after 30 s. The effect may have been made by then; the next try knows that, and has
 * the same command id. So commands to the scheduler are applied once, actions are not begun again, and other effects are made
 * again. A command that the scheduler has refused is over: the next try has another command id.
 *
 * The bytes of what is kept have a limit, see idempotency-usage.lua. Answers that end first go first: a repeated request is then told
 * that it was carried out. Keys stay until their end; when they alone reach the limit, requests with further keys are refused.
 */
export class Idempotency {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  async answer(
    route: Route,
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    const given = request.headers['idempotency-key']
    if (route.method !== 'POST' || given === undefined || request.caller === undefined) return work()
    const key = String(given)
    if (!FORM.test(key)) {
      const message = `Idempotency-Key has ${key.length} characters: it must be 1 to 255 printable ASCII characters`
      throw new AppError('invalid_headers', message)
    }
    const place = this.#placeOf(request.caller, route, key)
    const owner = randomUUID()
    const begun = await this.#begin(place, fingerprint(request), owner)
    if (begun.kind === 'done') {
      reply.header('idempotency-replayed', 'true')
      return replayed(begun.answer, begun.status)
    }
    if (begun.kind === 'running') {
      reply.header('retry-after', 1)
      throw new AppError(
        'request_in_progress',
        'a request with this Idempotency-Key is being carried out: try again',
      )
    }
    if (begun.kind === 'other') {
      throw new AppError(
        'idempotency_key_reused',
        'another request was sent with this Idempotency-Key: use a new one',
      )
    }
    if (begun.kind === 'full') {
      reply.header('retry-after', FULL_RETRY_SECONDS)
      const message =
        'no further Idempotency-Key can be kept: those that are kept have reached the limit of this environment, or of all. Send the request without one, or raise IDEMPOTENCY_MAX_MIB_PER_ENVIRONMENT or IDEMPOTENCY_MAX_MIB'
      throw new AppError('idempotency_store_full', message)
    }
    request.commandId = begun.commandId
    request.isResumed = begun.isResumed
    return this.#carryOut({ place, owner, request, route, reply }, work)
  }

  async #carryOut(
    { place, owner, request, route, reply }: Try,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    const renewing = setInterval(() => {
      // If it fails, the lease ends: see above.
      this.#settle(place, owner, LEASE_MS).catch(() => {})
    }, LEASE_MS / 3)
    const end = (ended: Ended | undefined, nextCommand = '') =>
      this.#settle(place, owner, 0, ended, nextCommand).catch((error) =>
        this.#options.events.answerNotKept(request.id, error),
      )
    try {
      const handled = await work()
      await end(keptAnswer(route, reply.statusCode, handled))
      return handled
    } catch (error) {
      await end(
        isFinal(error) ? keptError(error) : undefined,
        error instanceof CommandRefusal ? randomUUID() : '',
      )
      throw error
    } finally {
      clearInterval(renewing)
    }
  }

  async #begin(place: Place, asked: string, owner: string): Promise<Begun> {
    const { redis, keyring, limits } = this.#options
    const args = [asked, owner, randomUUID(), LEASE_MS, place.keptMs, limits.perEnvironment, limits.inAll]
    const [kind, value = '', more = ''] = (await redisCall(begin(redis, this.#keysOf(place), args))) as [
      Begun['kind'],
      ...string[],
    ]
    if (kind === 'begun') return { kind, commandId: value, isResumed: more !== '' }
    if (kind !== 'done') return { kind }
    // `#settle` has stored it.
    const answer = more === '' ? undefined : (JSON.parse(keyring.open(more, place.name)) as KeptAnswer)
    return { kind, status: Number(value), answer }
  }

  async #settle(
    place: Place,
    owner: string,
    leaseMs: number,
    ended?: Ended,
    nextCommand = '',
  ): Promise<void> {
    const { redis, keyring, limits } = this.#options
    const sealed = ended?.answer ? keyring.seal(JSON.stringify(ended.answer), place.name) : ''
    const args = [owner, leaseMs, ended?.status ?? '', sealed, place.keptMs, nextCommand]
    await redisCall(settle(redis, this.#keysOf(place), [...args, limits.perEnvironment, limits.inAll]))
  }

  #placeOf(caller: Caller, { method, url }: Route, key: string): Place {
    const environment = caller.kind === 'admin' ? '' : caller.key.environment
    const whose = caller.kind === 'admin' ? 'admin' : `${environment}:${caller.key.id}`
    const what = createHash('sha256').update(`${method} ${url}\n${key}`).digest('base64url')
    const keptMs = key.startsWith(FOR_RETRIES.prefix) ? FOR_RETRIES.keptMs : KEPT_MS
    return { environment, name: `${this.#prefix}:${whose}:${what}`, keptMs }
  }

  /** All keys of a script are in one hash slot. */
  get #prefix(): string {
    return `{${this.#options.prefix}}:idempotency`
  }

  #keysOf({ name, environment }: Place): string[] {
    const [usage, answers] = [`${this.#prefix}-usage`, `${this.#prefix}-answers`]
    return [name, `${usage}:${environment}`, `${usage}-of-all`, `${answers}:${environment}:`]
  }
}

/** Where a request is kept in Redis. */
interface Place {
  /** '' = of the admin key. */
  environment: string
  name: string
  keptMs: number
}

interface Try {
  place: Place
  owner: string
  request: FastifyRequest
  route: Route
  reply: FastifyReply
}

type Begun =
  | { kind: 'begun'; commandId: string; isResumed: boolean }
  | { kind: 'done'; status: number; answer: KeptAnswer | undefined }
  | { kind: 'running' }
  | { kind: 'other' }
  | { kind: 'full' }

/** The same request fails in the same way: what is our fault, or a matter of time, does not count. */
function isFinal(error: unknown): error is AppError {
  if (!(error instanceof AppError)) return false
  const { http } = codes[error.code]
  return (http < 500 && http !== 429) || verdicts.includes(error.code)
}

/** Made with the secret of the caller, which is not stored: a body with a short password can't be guessed from it. */
function fingerprint(request: FastifyRequest): string {
  const hmac = createHmac('sha256', secretOf(request))
  hmac.update(
    JSON.stringify([request.method, request.url, headers.map((name) => request.headers[name] ?? null)]),
  )
  const { body } = request
  hmac.update(body instanceof Uint8Array ? body : (JSON.stringify(body) ?? ''))
  return hmac.digest('base64url')
}

function secretOf(request: FastifyRequest): string {
  return sessionOfRequest(request)?.id ?? bearerOf(request.headers.authorization)
}
