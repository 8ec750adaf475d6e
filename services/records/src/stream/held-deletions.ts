import { AppError } from '@syncline/errors'
import type {
  HeldDeletion,
  ListHeldDeletionsRequest,
  ListHeldDeletionsResponse,
  Stream,
} from '@syncline/proto'
import { type Redis, redisCall } from '@syncline/redis'
import type { FoundDeletion } from './commit-result.ts'
import { heldKey, modelName, stateKey, streamKey, streamOfKey } from './identity.ts'
import { scripts } from './scripts.ts'

const MAX_LIMIT = 500

type Released = { deletionReleased: (deletion: HeldDeletion) => void }

/**
 * Deletions that delete detection has found and that were held back: the last one of each stream. It is in the state of the
 * stream until a pass ends without one, or the stream is emptied. A sorted set of each environment names these streams, so
 * that a list costs what it returns.
 */
export class HeldDeletions {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #events: Released

  constructor(redis: Redis, prefix: string, events: Released) {
    this.#redis = redis
    this.#prefix = prefix
    this.#events = events
  }

  async list(request: ListHeldDeletionsRequest): Promise<ListHeldDeletionsResponse> {
    const { environment, connection, cursor, limit } = request
    const size = Math.min(Math.max(limit, 1), MAX_LIMIT)
    // '0' is what follows '/': the range is all that begins with the connection.
    const [first, end] =
      connection === ''
        ? ['-', '+']
        : [`[${encodeURIComponent(connection)}/`, `(${encodeURIComponent(connection)}0`]
    const start = cursor === '' ? first : `(${Buffer.from(cursor, 'base64url').toString()}`
    const names = await redisCall(
      this.#redis.zrange(heldKey(this.#prefix, environment), start, end, 'BYLEX', 'LIMIT', 0, size),
    )
    const found = await Promise.all(names.map((name) => this.#read(environment, name)))
    const last = names.length === size ? names.at(-1) : undefined
    return {
      deletions: found.filter((deletion) => deletion !== undefined),
      nextCursor: last === undefined ? '' : Buffer.from(last).toString('base64url'),
    }
  }

  /** The next complete pass of the stream may delete past the guard, once. Again it changes nothing. */
  async release(stream: Stream): Promise<HeldDeletion> {
    const key = stateKey(this.#prefix, stream)
    const json = String(await redisCall(scripts.releaseDeletion(this.#redis, [key], [])))
    if (json === '') throw new AppError('not_found', `no deletion of ${modelName(stream)} was held back`)
    const deletion = answerOf(stream, json, true)
    if (deletion.incomplete === '') {
      this.#events.deletionReleased(deletion)
      return deletion
    }
    throw new AppError(
      'not_found',
      `the guard has held back no deletion of ${modelName(stream)}: the last pass was not complete ` +
        `(${deletion.incomplete}), and the next complete pass deletes what is gone`,
    )
  }

  async #read(environment: string, name: string): Promise<HeldDeletion | undefined> {
    const stream = streamOfKey(environment, name)
    const key = stateKey(this.#prefix, stream)
    const [json, released] = await redisCall(this.#redis.hmget(key, 'held_deletion', 'released'))
    if (json) return answerOf(stream, json, Boolean(released))
    await redisCall(
      scripts.forgetDeletion(this.#redis, [key, heldKey(this.#prefix, environment)], [streamKey(stream)]),
    )
    return undefined
  }
}

function answerOf(stream: Stream, json: string, released: boolean): HeldDeletion {
  const { at, ...found } = JSON.parse(json) as FoundDeletion // as Lease.release wrote it
  return { stream, atMs: at, ...found, released }
}
