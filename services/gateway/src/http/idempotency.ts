import { createHash, createHmac, randomUUID } from 'node:crypto'
import type { Route } from '@syncline/api'
import type { Keyring } from '@syncline/catalog'
import { AppError, codes } from '@syncline/errors'
import { type Redis, redisCall, script } from '@syncline/redis'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CommandRefusal } from '../command-refusal.ts'
import type { Events } from '../events.ts'
import { bearerOf, type Caller } from './caller.ts'
import { type KeptAnswer, keptAnswer, keptError, replayed } from './kept-answer.ts'

const LEASE_MS = 30_000
const KEPT_MS = 24 * 3_600_000
const FORM = /^[\x20-\x7e]{1,255}$/
/** Beside method, path, query and body these say what a request asks for. */
const headers = ['connection-id', 'provider-config-key', 'prefer']

const begin = script(new URL('./begin-request.lua', import.meta.url))
const settle = script(new URL('./settle-request.lua', import.meta.url))

interface Options {
  redis: Redis
  prefix: string
  keyring: Keyring
  events: Pick<Events, 'answerNotKept'>
}

/**
 * Carries out a POST with an `Idempotency-Key` once: its answer is kept for a day, sealed, and given to later requests of the same
 * API key with the same key. Errors of ours (5xx) and 429 are not kept.
 *
 * A gateway that dies leaves a lease that ends after 30 s. The effect may have been made by then; the next try has the same
 * command id, so commands to the scheduler are applied once, and other effects are made again. A command that the scheduler has
 * refused is over: the next try has another command id.
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
      return replayed(begun.answer)
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
    request.commandId = begun.commandId
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
    const end = (kept: KeptAnswer | undefined, nextCommand = '') =>
      this.#settle(place, owner, 0, kept, nextCommand).catch((error) =>
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

  async #begin(place: string, asked: string, owner: string): Promise<Begun> {
    const args = [asked, owner, randomUUID(), LEASE_MS, KEPT_MS]
    const [kind, value] = (await redisCall(begin(this.#options.redis, [place], args))) as [
      Begun['kind'],
      string,
    ]
    if (kind === 'begun') return { kind, commandId: value }
    // `#settle` has stored it.
    if (kind === 'done')
      return { kind, answer: JSON.parse(this.#options.keyring.open(value, place)) as KeptAnswer }
    return { kind }
  }

  async #settle(
    place: string,
    owner: string,
    leaseMs: number,
    answer?: KeptAnswer,
    nextCommand = '',
  ): Promise<void> {
    const { redis, keyring } = this.#options
    const sealed = answer ? keyring.seal(JSON.stringify(answer), place) : ''
    await redisCall(settle(redis, [place], [owner, leaseMs, sealed, KEPT_MS, nextCommand]))
  }

  #placeOf(caller: Caller, { method, url }: Route, key: string): string {
    const whose = caller.kind === 'admin' ? 'admin' : `${caller.key.environment}:${caller.key.id}`
    const what = createHash('sha256').update(`${method} ${url}\n${key}`).digest('hex')
    return `${this.#options.prefix}:idempotency:${whose}:${what}`
  }
}

interface Try {
  place: string
  owner: string
  request: FastifyRequest
  route: Route
  reply: FastifyReply
}

type Begun =
  | { kind: 'begun'; commandId: string }
  | { kind: 'done'; answer: KeptAnswer }
  | { kind: 'running' }
  | { kind: 'other' }

/** The same request fails in the same way: what is our fault, or a matter of time, does not count. */
function isFinal(error: unknown): error is AppError {
  return error instanceof AppError && codes[error.code].http < 500 && codes[error.code].http !== 429
}

/** Made with the secret of the caller, which is not stored: a body with a short password can't be guessed from it. */
function fingerprint(request: FastifyRequest): string {
  const hmac = createHmac('sha256', bearerOf(request.headers.authorization))
  hmac.update(
    JSON.stringify([request.method, request.url, headers.map((name) => request.headers[name] ?? null)]),
  )
  const { body } = request
  hmac.update(body instanceof Uint8Array ? body : (JSON.stringify(body) ?? ''))
  return hmac.digest('hex')
}
