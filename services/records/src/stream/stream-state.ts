import type { Stream, Writer } from '@syncline/proto'
import { type Redis, redisCall } from '@syncline/redis'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { summarizeAll } from '../tables/record-log.ts'
import { newestGenerations, registerGenerations } from '../tables/streams.ts'
import { ID_SEPARATOR } from '../tables/version.ts'
import { Batcher } from './batcher.ts'
import { stateKey, streamId, unchangedKey } from './identity.ts'
import { fenced } from './leases.ts'
import { KEEP_STATE_S, scripts } from './scripts.ts'
import type { DatedSize, Generation, StreamSnapshot } from './snapshot.ts'
import { StreamMoved } from './stream-moved.ts'
import type { StreamPlaces } from './stream-places.ts'

/** Streams of one query. */
const LOAD_AT_ONCE = 500
/** Of one script, which takes about a millisecond. */
const SIZES_AT_ONCE = 1000

/** What a reader sees of a stream. */
export type StreamView = {
  id: string
  /** Of a payload; undefined if it is not known. */
  averageBytes: number | undefined
  /** Its newest instant; undefined if the state was never loaded. */
  last: number | undefined
  /** No commit is under way. */
  quiet: boolean
  /** Heads of commits since then may not be in record_head; undefined: all are. */
  headsBehindSince: number | undefined
  /** Its last commit, 0 if there was none; undefined while another one is under way or in doubt. */
  settledAt: number | undefined
}

/** Heads of a stream since `since` are not in record_head; those up to `upTo` can be put there. */
export type HeadsBehind = Generation & { since: number; upTo: number }

/** The place of a shard, and where the streams of all shards are; `places` undefined = there is one shard. */
type Here = { place: number; places: StreamPlaces | undefined }

/** A stream as an attempt finds it that begins. */
export interface Begun {
  /** It is the first attempt of its run. */
  first: boolean
  beganAt: number
  id: string
  registeredUse: RegisteredUse | undefined
}

export type RegisteredUse = { id: string; at: number }

function useOf(text: string | null): RegisteredUse | undefined {
  const [id, at] = text?.split(' ') ?? []
  return id ? { id, at: Number(at) } : undefined
}

/**
 * What is known of each stream in one place, a Redis hash: its clock, generation, size, fences, window of delete tracking,
 * and who holds its lease. If Redis has lost it, clock, generation and size are loaded from the tables again.
 */
export class StreamState {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #clickhouse: ClickHouse
  readonly #loading: Batcher<Stream, StreamMoved | undefined>
  readonly #place: number
  readonly #places: StreamPlaces | undefined

  constructor(
    redis: Redis,
    prefix: string,
    clickhouse: ClickHouse,
    here: Here = { place: 1, places: undefined },
  ) {
    this.#redis = redis
    this.#prefix = prefix
    this.#clickhouse = clickhouse
    this.#place = here.place
    this.#places = here.places
    this.#loading = new Batcher(LOAD_AT_ONCE, (streams) => this.#loadAll(streams))
  }

  /** The stream's name in the tables, for readers. */
  async id(stream: Stream, reads: ReadClient = this.#clickhouse): Promise<string> {
    const [known, place] = await redisCall(this.#redis.hmget(this.#key(stream), 'generation', 'place'))
    this.#checkPlace(stream, known, place)
    return streamId(stream, Number(known ?? (await newestGenerations(reads, [stream]))[0]?.generation))
  }

  /** The same, with what tells whether it has changed. */
  async view(stream: Stream, reads: ReadClient = this.#clickhouse): Promise<StreamView> {
    const names = [
      'generation',
      'last',
      'holder',
      'heads_behind',
      'in_doubt',
      'commit',
      'live',
      'bytes',
      'place',
    ] as const
    const fields = await redisCall(this.#redis.hmget(this.#key(stream), ...names))
    const [generation, last, holder, behind, doubt, commit, live, bytes, place] = fields
    this.#checkPlace(stream, generation, place)
    const averageBytes = live && bytes ? Math.ceil(Number(bytes) / Math.max(Number(live), 1)) : undefined
    if (!generation || !last) {
      const id = await this.id(stream, reads)
      return { id, averageBytes, last: undefined, quiet: false, headsBehindSince: 0, settledAt: undefined }
    }
    const since = [behind, doubt].flatMap((instant) => (instant ? [Number(instant)] : []))
    return {
      id: streamId(stream, Number(generation)),
      averageBytes,
      last: Number(last),
      quiet: !holder,
      headsBehindSince: since.length > 0 ? Math.min(...since) : undefined,
      settledAt: commit && !holder && !doubt ? Number(commit) : undefined,
    }
  }

  /** The instant of the last commit that changed something; 0 if there was none. */
  async lastCommit(stream: Stream): Promise<number> {
    const read = async () => {
      const [commit, place] = await redisCall(this.#redis.hmget(this.#key(stream), 'commit', 'place'))
      this.#checkPlace(stream, commit, place)
      return commit
    }
    const known = await read()
    if (known) return Number(known)
    await this.load(stream)
    return Number(await read())
  }

  /** The stream as a commit would find it now, without a lease: nothing is written, not even what Redis has lost. */
  async peek(stream: Stream): Promise<StreamSnapshot> {
    const names = [
      ...([
        'generation',
        'last',
        'commit',
        'unchanged',
        'live',
        'heads_behind',
        'in_doubt',
        'window',
      ] as const),
      ...(['incomplete', 'held_deletion', 'released', 'place'] as const),
    ]
    const fields = await redisCall(this.#redis.hmget(this.#key(stream), ...names))
    const [generation, last, commit, unchanged, live, behind, doubt, window] = fields
    const [incomplete, held, released, place] = fields.slice(8)
    this.#checkPlace(stream, generation, place)
    const inDoubtSince = optional(doubt)
    const since = [behind, doubt].flatMap((instant) => (instant ? [Number(instant)] : []))
    const now = Date.now()
    const common = {
      stream,
      windowStart: optional(window),
      incomplete: incomplete ?? '',
      deletion: released ? ('released' as const) : held ? ('held' as const) : ('none' as const),
      inDoubtSince,
    }
    if (!generation || !commit || live === null || live === undefined) {
      const found = (await newestGenerations(this.#clickhouse, [stream]))[0]?.generation ?? 0
      const id = streamId(stream, found)
      const { newest, live } = (await summarizeAll(this.#clickhouse, [id])).get(id) ?? { newest: 0, live: 0 }
      const instants = { instant: Math.max(now, newest + 1), lastCommit: newest, lastUnchanged: 0 }
      return { ...common, ...instants, generation: found, id, live, headsBehindSince: 0 }
    }
    return {
      ...common,
      generation: Number(generation),
      id: streamId(stream, Number(generation)),
      instant: Math.max(now, Number(last ?? 0) + 1),
      lastCommit: Number(commit),
      lastUnchanged: Number(unchanged ?? 0),
      live: Number(live),
      headsBehindSince: since.length > 0 ? Math.min(...since) : undefined,
    }
  }

  /** Registers an attempt; `first` if it is the first that began for its run. */
  async begin(stream: Stream, writer: Writer): Promise<Begun> {
    const args = [writer.sync, writer.fence, writer.runId, KEEP_STATE_S, this.#place]
    const call = async () =>
      (await redisCall(scripts.begin(this.#redis, [this.#key(stream)], args))) as unknown[] // begin.lua's Returns
    let answer = await call()
    if (answer[0] === 'unknown') {
      await this.load(stream)
      answer = await call()
    }
    if (answer[0] === 'moved') throw new StreamMoved(stream, Number(answer[1]))
    if (answer[0] === 'fenced') throw fenced(stream, writer, answer[1])
    const [, beganAt, generation, used] = answer as [string, number, string, string | null]
    const id = streamId(stream, Number(generation))
    return { first: answer[0] === 'first', beganAt, id, registeredUse: useOf(used) }
  }

  /** Brings back what Redis does not know of a stream. Streams that are loaded in the same moment share their queries. */
  async load(stream: Stream): Promise<void> {
    if (this.#places) await this.#ensurePlace(stream)
    const moved = await this.#loading.call(stream)
    if (moved) throw moved
  }

  /** Where Redis has forgotten the place, this shard must not take the stream for a new one: it may be on another. */
  async #ensurePlace(stream: Stream): Promise<void> {
    const place = await redisCall(this.#redis.hget(this.#key(stream), 'place'))
    if (Number(place ?? 0) !== this.#place) throw new StreamMoved(stream, Number(place ?? 0))
  }

  async #loadAll(streams: Stream[]): Promise<(StreamMoved | undefined)[]> {
    const newest = await newestGenerations(this.#clickhouse, streams)
    const known = newest.map((each) => ({ ...each, id: streamId(each.stream, each.generation) }))
    await registerGenerations(
      this.#clickhouse,
      known.filter(({ here }) => !here),
    )
    const ids = known.map(({ id }) => id)
    const summaries = await summarizeAll(this.#clickhouse, ids)
    return Promise.all(
      streams.map(async (stream, i) => {
        const { newest, live, bytes } = summaries.get(ids[i] ?? '') ?? { newest: 0, live: 0, bytes: 0 }
        // A commit of its own: what instances remember of the stream may not be true any more.
        const commit = newest === 0 ? 0 : newest + 1
        const at = [this.#place, this.#places?.count ?? 1]
        const args = [known[i]?.generation ?? 0, commit, live, bytes, KEEP_STATE_S, ...at]
        const call = scripts.load(this.#redis, [this.#key(stream)], args)
        const [answer, place] = (await redisCall(call)) as unknown[] // load.lua's Returns
        return answer === 'moved' ? new StreamMoved(stream, Number(place)) : undefined
      }),
    )
  }

  async size(stream: Stream): Promise<DatedSize> {
    const fields = () => redisCall(this.#redis.hmget(this.#key(stream), 'live', 'bytes', 'commit'))
    let [live, bytes, commit] = await fields()
    if (!live || !bytes) {
      await this.load(stream)
      ;[live, bytes, commit] = await fields()
    }
    return { live: Number(live), bytes: Number(bytes), lastModifiedMs: Number(commit) }
  }

  /** The same for many streams, of whatever shard, in their order; undefined = Redis does not know it. */
  async knownSizes(streams: Stream[]): Promise<(DatedSize | undefined)[]> {
    const found: (DatedSize | undefined)[] = []
    for (let at = 0; at < streams.length; at += SIZES_AT_ONCE) {
      const keys = streams.slice(at, at + SIZES_AT_ONCE).map((stream) => this.#key(stream))
      const sizes = (await redisCall(scripts.sizes(this.#redis, keys, []))) as [string?, string?, string?][] // sizes.lua's Returns
      found.push(
        ...sizes.map(([live, bytes, commit]) =>
          live && bytes
            ? { live: Number(live), bytes: Number(bytes), lastModifiedMs: Number(commit) }
            : undefined,
        ),
      )
    }
    return found
  }

  /** The generation that Redis has of a stream; undefined if it has no state of it, or if the stream is on another shard. */
  async loadedGeneration(stream: Stream): Promise<number | undefined> {
    const [generation, place] = await redisCall(this.#redis.hmget(this.#key(stream), 'generation', 'place'))
    return generation && this.#isHere(place) ? Number(generation) : undefined
  }

  async isHeld(stream: Stream): Promise<boolean> {
    return (await redisCall(this.#redis.hexists(this.#key(stream), 'holder'))) === 1
  }

  async headsBehind(stream: Stream): Promise<HeadsBehind | undefined> {
    const fields = this.#redis.hmget(this.#key(stream), 'generation', 'heads_behind', 'commit', 'place')
    const [generation, since, upTo, place] = await redisCall(fields)
    if (!generation || !since || !upTo || !this.#isHere(place)) return undefined
    const id = streamId(stream, Number(generation))
    return { stream, id, generation: Number(generation), since: Number(since), upTo: Number(upTo) }
  }

  async setIndexed({ stream, generation, upTo }: HeadsBehind): Promise<void> {
    await redisCall(scripts.setIndexed(this.#redis, [this.#key(stream)], [generation, upTo]))
  }

  /** Ids that were saved again without a change, by the instants of their commits, as far as they are not in their table. */
  async waitingUnchanged({ stream, generation }: Generation): Promise<{ at: number; ids: string[] }[]> {
    const key = unchangedKey(this.#prefix, stream, generation)
    const waiting = await redisCall(this.#redis.hgetall(key))
    return Object.entries(waiting).map(([at, ids]) => ({ at: Number(at), ids: ids.split(ID_SEPARATOR) }))
  }

  async removeUnchanged({ stream, generation }: Generation, instants: number[]): Promise<void> {
    if (instants.length === 0) return
    const key = unchangedKey(this.#prefix, stream, generation)
    await redisCall(this.#redis.hdel(key, ...instants.map(String)))
  }

  /** Of which generation a use was written down last, and when. Redis may forget it: then it is written again. */
  async setRegisteredUse(stream: Stream, { id, at }: { id: string; at: number }): Promise<void> {
    await redisCall(this.#redis.hset(this.#key(stream), 'used', `${id} ${at}`))
  }

  /** The last run of the sync that emptied the stream before it began. */
  async emptiedBy(stream: Stream, sync: string): Promise<string | null> {
    return redisCall(this.#redis.hget(this.#key(stream), `emptied:${sync}`))
  }

  async setEmptiedBy(stream: Stream, writer: Writer): Promise<void> {
    await redisCall(this.#redis.hset(this.#key(stream), `emptied:${writer.sync}`, writer.runId))
  }

  #isHere(place: string | null | undefined): boolean {
    return !place || Number(place) === this.#place
  }

  /** Readers of a stream whose place Redis has forgotten must ask the tables of all shards where it is. */
  #checkPlace(stream: Stream, generation: string | null | undefined, place: string | null | undefined): void {
    const isForgotten = this.#places !== undefined && !place && !generation
    if (isForgotten || !this.#isHere(place)) throw new StreamMoved(stream, Number(place ?? 0))
  }

  #key(stream: Stream): string {
    return stateKey(this.#prefix, stream)
  }
}

const optional = (value: string | null | undefined) => (value ? Number(value) : undefined)
