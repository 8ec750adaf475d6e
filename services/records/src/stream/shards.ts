import type { Stream } from '@syncline/proto'
import { StreamMoved } from './stream-moved.ts'
import type { StreamPlaces } from './stream-places.ts'

/** How often a call asks where its stream is: it may be moved again and again. */
const TRIES = 3

/** The shards, and calls on the one that has a stream. `T` is what a call works with, in order of places. */
export class Shards<T> {
  readonly all: readonly T[]
  readonly places: StreamPlaces

  constructor(all: readonly T[], places: StreamPlaces) {
    this.all = all
    this.places = places
  }

  /** Calls the shard that has the stream. If the stream has been moved meanwhile, the call is repeated on its new shard. */
  async call<R>(stream: Stream, call: (shard: T) => Promise<R>): Promise<R> {
    for (let tries = 1; ; tries++) {
      const shard = await this.#shardOf(stream)
      try {
        return await call(shard)
      } catch (error) {
        if (!(error instanceof StreamMoved)) throw error
        this.places.forget(stream)
        if (tries === TRIES) throw error
      }
    }
  }

  /** The same for a call that answers in pieces: it learns that the stream has been moved before it gives the first one. */
  async *stream<R>(stream: Stream, call: (shard: T) => AsyncIterable<R>): AsyncGenerator<R, undefined> {
    for (let tries = 1; ; tries++) {
      const shard = await this.#shardOf(stream)
      try {
        yield* call(shard)
        return
      } catch (error) {
        if (!(error instanceof StreamMoved)) throw error
        this.places.forget(stream)
        if (tries === TRIES) throw error
      }
    }
  }

  async #shardOf(stream: Stream): Promise<T> {
    return this.all[(await this.places.placeOf(stream)) - 1] as T // placeOf gives a place that is configured
  }
}
