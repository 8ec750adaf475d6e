import type { NoteShapeRequest, Stream } from '@syncline/proto'
import { type Redis, redisCall } from '@syncline/redis'
import { driftOf, KnownShape } from './drift.ts'
import { shapeKey } from './identity.ts'

/** A sync that has not run for so long starts again. */
const KEEP_S = 90 * 24 * 3600

/**
 * What the records of each stream look like, in Redis. If it is lost, the next run starts again and reports nothing. Of two runs at the
 * same time the later one stays, so a drift may be told once more.
 */
export class Shapes {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  async note(stream: Stream, sync: string, request: NoteShapeRequest): Promise<string[]> {
    const { key, drift, known } = await this.#compare(stream, sync, request)
    await redisCall(this.#redis.set(key, JSON.stringify(known), 'EX', KEEP_S))
    return drift
  }

  /** What `note` would tell. */
  async compare(stream: Stream, sync: string, request: NoteShapeRequest): Promise<string[]> {
    const { drift } = await this.#compare(stream, sync, request)
    return drift
  }

  async #compare(stream: Stream, sync: string, request: NoteShapeRequest) {
    const key = shapeKey(this.#prefix, stream, sync)
    const stored = await redisCall(this.#redis.get(key))
    const before = stored === null ? undefined : KnownShape.parse(JSON.parse(stored))
    return { key, ...driftOf(before, request) }
  }
}
