import { AppError } from '@syncline/errors'
import type { Stream } from '@syncline/proto'
import { type Redis, redisCall } from '@syncline/redis'
import { rendezvous } from '@syncline/rpc'
import { LRUCache } from 'lru-cache'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { newestGenerations, reserveGeneration } from '../tables/streams.ts'
import { Batcher } from './batcher.ts'
import { stateKey, streamId, streamName } from './identity.ts'
import { scripts } from './scripts.ts'

/** Places in the memory of an instance, about 300 bytes each. */
const CACHED_STREAMS = 50_000
/** Streams of one query. */
const LOOK_UP_AT_ONCE = 500
/** A place in Redis of a stream of which there is no other state: nobody has written to it yet. */
const PLACE_ONLY_S = 600
const TRIES = 3

/** Where the tables have a stream. */
type Found = { place: number; generation: number }

/**
 * On which shard each stream is. A place is the number of a shard in CLICKHOUSE_URL, from 1. A stream stays where it was
 * created until it is moved: the tables of its shard know it, and Redis and this instance remember it. A new stream gets
 * its place by rendezvous hashing over the shards that there are, so a shard that is added gets its share of new streams.
 */
export class StreamPlaces {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #shards: readonly ClickHouse[]
  readonly #places: string[]
  readonly #cached = new LRUCache<string, number>({ max: CACHED_STREAMS })
  readonly #lookUps: Batcher<Stream, Found | undefined>

  /** @param shards In order of their places. */
  constructor(redis: Redis, prefix: string, shards: readonly ClickHouse[]) {
    this.#redis = redis
    this.#prefix = prefix
    this.#shards = shards
    this.#places = shards.map((_, i) => String(i + 1))
    this.#lookUps = new Batcher(LOOK_UP_AT_ONCE, (streams) => this.#lookUpAll(streams))
  }

  /** How many shards there are. */
  get count(): number {
    return this.#shards.length
  }

  /** The place of a stream; for one that does not exist, the place that it will have. */
  async placeOf(stream: Stream): Promise<number> {
    if (this.#shards.length === 1) return 1
    const key = stateKey(this.#prefix, stream)
    const cached = this.#cached.get(key)
    if (cached !== undefined) return cached
    const place = await this.#locate(stream)
    if (place > this.#shards.length) {
      throw new AppError(
        'unavailable',
        `${streamName(stream)} is on shard ${place}, but CLICKHOUSE_URL of this instance names ${this.#shards.length}: add the others`,
      )
    }
    this.#cached.set(key, place)
    return place
  }

  /** What this instance remembers of the place of a stream is not true. */
  forget(stream: Stream): void {
    this.#cached.delete(stateKey(this.#prefix, stream))
  }

  /** Where the tables have a stream; undefined if it does not exist. All shards must answer. */
  lookUp(stream: Stream): Promise<Found | undefined> {
    return this.#lookUps.call(stream)
  }

  async #locate(stream: Stream): Promise<number> {
    let answer = await this.#ask(stream, '', '')
    for (let tries = 1; answer[0] === 'unplaced' && tries <= TRIES; tries++) {
      const place = (await this.lookUp(stream))?.place ?? newPlace(stream, this.#places)
      answer = await this.#ask(stream, place, answer[1])
    }
    if (answer[0] === 'at') return Number(answer[1])
    throw new AppError('unavailable', `${streamName(stream)} is being moved to another shard: try again`)
  }

  async #ask(stream: Stream, place: number | '', move: unknown): Promise<unknown[]> {
    const key = stateKey(this.#prefix, stream)
    const call = scripts.locate(this.#redis, [key], [place, String(move), PLACE_ONLY_S])
    return (await redisCall(call)) as unknown[] // locate.lua's Returns
  }

  async #lookUpAll(streams: Stream[]): Promise<(Found | undefined)[]> {
    const generations = await Promise.all(this.#shards.map((shard) => newestGenerations(shard, streams)))
    return Promise.all(
      streams.map(async (stream, i) => {
        const found = generations.flatMap((of, shard) => {
          const newest = of[i]
          return newest?.here ? [{ place: shard + 1, generation: newest.generation }] : []
        })
        const newest = found.reduce<Found | undefined>(
          (best, next) => (best === undefined || next.generation > best.generation ? next : best),
          undefined,
        )
        // A move was cut off after it was decided: what it has left elsewhere is stale.
        const left = found.filter(({ generation }) => generation < (newest?.generation ?? 0))
        await Promise.all(left.map(({ place }) => this.#reserve(place, stream, newest?.generation ?? 0)))
        return newest
      }),
    )
  }

  async #reserve(place: number, stream: Stream, generation: number): Promise<void> {
    const shard = this.#shards[place - 1]
    const id = streamId(stream, generation)
    if (shard) await reserveGeneration(shard, { stream, generation, id })
  }
}

/** The place of a stream that does not exist yet. */
export function newPlace({ environment, connection, model, variant }: Stream, places: string[]): number {
  return Number(rendezvous(JSON.stringify([environment, connection, model, variant]), places))
}
