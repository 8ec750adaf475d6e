import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Stream, Writer } from '@syncline/proto'
import { type Redis, type Script, script } from '@syncline/redis'
import { type ClickHouse, REQUEST_TIMEOUT_MS } from '../clickhouse/clickhouse.ts'
import { sql } from '../clickhouse/sql.ts'
import type { Events } from '../events.ts'
import type { Generation } from '../jobs/table-feed.ts'
import type { Target } from '../store.ts'
import { ID_SEPARATOR, indexInPlace } from '../tables/record-head.ts'
import { summarize } from '../tables/record-log.ts'
import { newestGeneration, registerGeneration } from '../tables/streams.ts'
import { SEEN_TTL_DAYS } from '../tables/unchanged-ids.ts'
import { stateKey, streamId, streamName } from './identity.ts'
import { Turns } from './turns.ts'
import { waitLimit } from './wait-limit.ts'

/** Longer than a statement can run: a lock that runs out while its holder lives has nothing under way any more. */
const HOLD_MS = 2 * REQUEST_TIMEOUT_MS
const SLACK_MS = HOLD_MS - REQUEST_TIMEOUT_MS
const POLL_MS = 20
const SEEN_TTL_S = SEEN_TTL_DAYS * 24 * 3600

/** So long a caller waits for its turn. */
export const WAIT_MS = 15_000

const scripts = {
  lock: script(new URL('./scripts/lock.lua', import.meta.url)),
  renew: script(new URL('./scripts/renew.lua', import.meta.url)),
  release: script(new URL('./scripts/release.lua', import.meta.url)),
  begin: script(new URL('./scripts/begin.lua', import.meta.url)),
  indexed: script(new URL('./scripts/indexed.lua', import.meta.url)),
}

/** The right to change a stream, for one commit. */
export type Lock = {
  stream: Stream
  token: string
  generation: number
  /** The stream's name in the tables. */
  id: string
  /** Later than every instant of the stream before. */
  instant: number
  /** Of the last commit that changed something; 0 if nothing was ever saved. */
  lastCommit: number
  /** Of the last save that brought something unchanged; 0 if there was none. */
  lastSeen: number
  /** Before this commit. */
  live: number
  /** Heads of commits since then may not be in their table; undefined: all are. */
  unindexed: number | undefined
  /** The newest run of the (first) writer's sync that has begun. */
  run: { id: string; beganAt: number } | undefined
  /** Deletes are tracked since. */
  windowStart: number | undefined
  /** Nobody knows how a commit ended that began then. */
  tornSince: number | undefined
  /**
   * `whole`: Redis knows all that the tables have. `torn`: a statement has failed half-way, the next holder heals it.
   * `unsettled`: nobody knows if it still runs, so the lock is not given back but runs out.
   */
  outcome: 'whole' | 'torn' | 'unsettled'
  /** What the commit adds to the stream's size; undefined as long as it has changed nothing. */
  growth: StreamSize | undefined
  /** Ids that the commit brings unchanged. */
  seen: string[]
  /**
   * Comes before each statement that writes: makes sure that the lock outlasts it, even if this process was stopped
   * for a while.
   */
  hold(): Promise<void>
}

/** Records that are not deleted; bytes of all payloads. */
export type StreamSize = { live: number; bytes: number }

export type Unindexed = { stream: Stream; id: string; generation: number; since: number; upTo: number }

/** What a reader sees of a stream. `quiet`: no commit is under way. `unindexed`: see Lock. */
export type StreamView = {
  id: string
  last: number | undefined
  quiet: boolean
  unindexed: number | undefined
}

/** The commit under the lock has changed something. */
export function grow(lock: Lock, by: StreamSize): void {
  const { live, bytes } = lock.growth ?? { live: 0, bytes: 0 }
  lock.growth = { live: live + by.live, bytes: bytes + by.bytes }
}

type Released = Pick<Lock, 'stream' | 'generation' | 'token' | 'outcome' | 'instant' | 'growth' | 'seen'>

export type Locked = {
  kind: 'locked'
  lock: Lock
  /** For each writer, in order: why it may not write any more. */
  refused: (AppError | undefined)[]
}

/** `busy`: another instance has it. `unknown`: the stream must be loaded first. */
export type Claim = Locked | { kind: 'busy' } | { kind: 'unknown' }

/**
 * What must be decided in one place for each stream: who may write, its clock, its generation, its size, its delete
 * tracking. It lives in a Redis hash. If Redis has lost it, generation, clock and size are loaded from the tables again.
 */
export class StreamState {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #clickhouse: ClickHouse
  readonly #events: Events
  readonly #turns = new Turns()

  constructor(redis: Redis, prefix: string, clickhouse: ClickHouse, events: Events) {
    this.#redis = redis
    this.#prefix = prefix
    this.#clickhouse = clickhouse
    this.#events = events
  }

  /** The stream's name in the tables, for readers. */
  async id(stream: Stream): Promise<string> {
    const known = await this.#ask(this.#redis.hget(this.#key(stream), 'generation'))
    return streamId(stream, Number(known ?? (await newestGeneration(this.#clickhouse, stream)) ?? 0))
  }

  /** The same, with what tells whether it has changed. */
  async view(stream: Stream): Promise<StreamView> {
    const fields = this.#redis.hmget(this.#key(stream), 'generation', 'last', 'holder', 'unindexed', 'torn')
    const [generation, last, holder, unindexed, torn] = await this.#ask(fields)
    if (!generation || !last)
      return { id: await this.id(stream), last: undefined, quiet: false, unindexed: 0 }
    const behind = [unindexed, torn].flatMap((since) => (since ? [Number(since)] : []))
    return {
      id: streamId(stream, Number(generation)),
      last: Number(last),
      quiet: !holder,
      unindexed: behind.length > 0 ? Math.min(...behind) : undefined,
    }
  }

  /** Registers an attempt; `first` if it is the first that began for its run. */
  async begin(stream: Stream, writer: Writer): Promise<{ first: boolean; beganAt: number }> {
    const call = () => this.#run(scripts.begin, stream, [writer.sync, writer.fence, writer.runId])
    let answer = await call()
    if (answer[0] === 'unknown') {
      await this.load(stream)
      answer = await call()
    }
    if (answer[0] === 'fenced') throw fenced(stream, writer, answer[1])
    return { first: answer[0] === 'first', beganAt: Number(answer[1]) }
  }

  /**
   * Does `work` as the only writer of the stream, of all instances. Without a writer no fence is checked: that is for
   * what the API does, not a run.
   */
  async locked<T>(target: Target, work: (lock: Lock) => Promise<T>): Promise<T> {
    const { stream, writer, signal } = target
    using wait = waitLimit(signal, WAIT_MS)
    const { limit } = wait
    try {
      return await this.inTurn(stream, limit, async () => {
        const { lock, refused } = await this.#acquire(stream, writer, limit)
        let result: T
        try {
          if (refused[0]) throw refused[0]
          await this.heal(lock)
          result = await work(lock)
        } catch (error) {
          await this.release(lock).catch(() => {})
          throw error
        }
        await this.release(lock)
        return result
      })
    } catch (cause) {
      throw endOfWait(target, limit, cause)
    }
  }

  /** One at a time within this process, in order of arrival: before a lock is claimed. */
  inTurn<T>(stream: Stream, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(this.#key(stream), signal, work)
  }

  /**
   * Asks for the lock of a stream on behalf of its writers. Claims made in one tick travel together. What it locked is
   * to be healed and released.
   */
  async claim(stream: Stream, writers: Writer[]): Promise<Claim> {
    const token = randomUUID()
    const askedAt = Date.now()
    const args = [token, HOLD_MS, ...writers.flatMap(({ sync, fence }) => [sync, fence])]
    const answer = await this.#run(scripts.lock, stream, args).catch((error: unknown) => {
      // Redis may still get to this call. What it would take then is given back by a call right behind it.
      const nothing = { generation: 0, instant: 0, growth: undefined, seen: [] }
      void this.#release({ stream, token, outcome: 'torn', ...nothing }).catch(() => {})
      throw error
    })
    if (answer[0] !== 'locked') return { kind: answer[0] === 'busy' ? 'busy' : 'unknown' }
    const [, generation, instant, commit, seen, live, unindexed, torn, windowStart, ...verdicts] = answer
    const known = verdicts as [highest: string, run: string, began: string][] // lock.lua's Returns
    const [, runId, beganAt] = known[0] ?? []
    const lock: Lock = {
      stream,
      token,
      generation: Number(generation),
      id: streamId(stream, Number(generation)),
      instant: Number(instant),
      lastCommit: Number(commit),
      lastSeen: Number(seen),
      live: Number(live),
      unindexed: unindexed === '' ? undefined : Number(unindexed),
      run: runId ? { id: runId, beganAt: Number(beganAt) } : undefined,
      windowStart: windowStart ? Number(windowStart) : undefined,
      tornSince: torn ? Number(torn) : undefined,
      outcome: torn ? 'torn' : 'whole',
      growth: undefined,
      seen: [],
      hold: this.#holder(stream, token, askedAt),
    }
    const refused = writers.map((writer, i) => known[i]?.[0] && fenced(stream, writer, known[i][0]))
    return { kind: 'locked', lock, refused: refused.map((error) => error || undefined) }
  }

  /**
   * A commit whose end nobody heard of may be there or not: the heads it may have brought go into their table, and the
   * sizes are counted anew.
   */
  async heal(lock: Lock): Promise<void> {
    if (lock.tornSince === undefined) return
    await indexInPlace(this.#clickhouse, lock.id, sql`written_at >= ${lock.tornSince}`)
    const { live, bytes } = await summarize(this.#clickhouse, lock.id)
    await this.#ask(this.#redis.hset(this.#key(lock.stream), { live, bytes }))
    lock.live = live
    lock.outcome = 'whole'
    lock.growth = { live: 0, bytes: 0 }
    this.#events.healed(lock.stream)
  }

  /** True if another instance waits for the stream. */
  async release(lock: Lock): Promise<boolean> {
    return lock.outcome !== 'unsettled' && (await this.#release(lock))
  }

  /** Brings back what Redis does not know of a stream. */
  async load(stream: Stream): Promise<void> {
    const key = this.#key(stream)
    const generation =
      (await newestGeneration(this.#clickhouse, stream)) ??
      (await registerGeneration(this.#clickhouse, stream, 0))
    const { newest, live, bytes } = await summarize(this.#clickhouse, streamId(stream, generation))
    // A commit of its own: what instances remember of the stream may not be true any more.
    const commit = newest === 0 ? 0 : newest + 1
    const fields = { last: commit, live, bytes, commit, ...(commit > 0 && { unindexed: 0 }) }
    // Not over what another instance has loaded meanwhile. The generation is last: it says that all is there.
    for (const [field, value] of Object.entries(fields))
      await this.#ask(this.#redis.hsetnx(key, field, value))
    await this.#ask(this.#redis.hsetnx(key, 'generation', generation))
  }

  async size(stream: Stream): Promise<StreamSize> {
    const fields = () => this.#ask(this.#redis.hmget(this.#key(stream), 'live', 'bytes'))
    let [live, bytes] = await fields()
    if (!live || !bytes) {
      await this.load(stream)
      ;[live, bytes] = await fields()
    }
    return { live: Number(live), bytes: Number(bytes) }
  }

  async isHeld(stream: Stream): Promise<boolean> {
    return (await this.#ask(this.#redis.hexists(this.#key(stream), 'holder'))) === 1
  }

  /** Of a stream whose heads are not all in their table: since when, and up to which commit they can be put there. */
  async unindexed(stream: Stream): Promise<Unindexed | undefined> {
    const fields = this.#redis.hmget(this.#key(stream), 'generation', 'unindexed', 'commit')
    const [generation, since, upTo] = await this.#ask(fields)
    if (!generation || !since || !upTo) return undefined
    const id = streamId(stream, Number(generation))
    return { stream, id, generation: Number(generation), since: Number(since), upTo: Number(upTo) }
  }

  async setIndexed({ stream, generation, upTo }: Unindexed): Promise<void> {
    await this.#ask(scripts.indexed(this.#redis, [this.#key(stream)], [generation, upTo]))
  }

  /** What saves brought unchanged, by their instants, as far as it is not in its table. */
  async waitingSeen({ stream, generation }: Generation): Promise<{ at: number; ids: string[] }[]> {
    const waiting = await this.#ask(this.#redis.hgetall(this.#seenKey(stream, generation)))
    return Object.entries(waiting).map(([at, ids]) => ({ at: Number(at), ids: ids.split(ID_SEPARATOR) }))
  }

  async removeSeen({ stream, generation }: Generation, instants: number[]): Promise<void> {
    if (instants.length === 0) return
    await this.#ask(this.#redis.hdel(this.#seenKey(stream, generation), ...instants.map(String)))
  }

  /** The new generation is empty. */
  async setGeneration(lock: Lock, generation: number): Promise<void> {
    const key = this.#key(lock.stream)
    const fields = { generation, commit: 0, live: 0, bytes: 0 }
    await this.#ask(this.#redis.multi().hset(key, fields).hdel(key, 'unindexed').exec())
  }

  async setWindow(lock: Lock, start: number | undefined): Promise<void> {
    const key = this.#key(lock.stream)
    await this.#ask(
      start === undefined ? this.#redis.hdel(key, 'window') : this.#redis.hset(key, 'window', start),
    )
  }

  /** Of which generation a use was written down last, and when. Redis may forget it: then it is written again. */
  async notedUse(stream: Stream): Promise<{ id: string; at: number } | undefined> {
    const noted = await this.#ask(this.#redis.hget(this.#key(stream), 'used'))
    const [id, at] = noted?.split(' ') ?? []
    return id ? { id, at: Number(at) } : undefined
  }

  async setNotedUse(stream: Stream, { id, at }: { id: string; at: number }): Promise<void> {
    await this.#ask(this.#redis.hset(this.#key(stream), 'used', `${id} ${at}`))
  }

  /** The last run of the sync that emptied the stream before it began. */
  async emptiedBy(stream: Stream, sync: string): Promise<string | null> {
    return this.#ask(this.#redis.hget(this.#key(stream), `emptied:${sync}`))
  }

  async setEmptiedBy(stream: Stream, writer: Writer): Promise<void> {
    await this.#ask(this.#redis.hset(this.#key(stream), `emptied:${writer.sync}`, writer.runId))
  }

  async #acquire(stream: Stream, writer: Writer | undefined, limit: AbortSignal): Promise<Locked> {
    for (;;) {
      limit.throwIfAborted()
      const claim = await this.claim(stream, writer ? [writer] : [])
      if (claim.kind === 'locked') return claim
      if (claim.kind === 'unknown') await this.load(stream)
      else await sleep(pollPause(), undefined, { signal: limit }).catch(() => {})
    }
  }

  #holder(stream: Stream, token: string, claimedAt: number): () => Promise<void> {
    let enoughUntil = claimedAt + SLACK_MS
    return async () => {
      if (Date.now() < enoughUntil) return
      const askedAt = Date.now()
      const held = await this.#ask(scripts.renew(this.#redis, [this.#key(stream)], [token, HOLD_MS]))
      if (held !== 1) throw new AppError('unavailable', `lost the lock of ${streamName(stream)}`)
      enoughUntil = askedAt + SLACK_MS
    }
  }

  async #release({ stream, generation, token, outcome, instant, growth, seen }: Released): Promise<boolean> {
    const keys = [this.#key(stream), this.#seenKey(stream, generation)]
    const change = growth ? [instant, growth.live, growth.bytes] : ['', 0, 0]
    const brought = [instant, seen.join(ID_SEPARATOR)]
    const lost = (cause?: unknown) =>
      new AppError(
        'unavailable',
        `what was saved to ${streamName(stream)} may not be counted as seen: save it again`,
        {
          cause,
        },
      )
    try {
      const answer = await scripts.release(this.#redis, keys, [
        token,
        outcome,
        ...change,
        ...brought,
        SEEN_TTL_S,
      ])
      if (answer === 0 && seen.length > 0) throw lost()
      return answer === 2
    } catch (error) {
      // What was done is done: the lock runs out, and the next holder heals what needs no healing.
      this.#events.lockNotReleased(stream, error)
      if (seen.length > 0) throw lost(error)
      return false
    }
  }

  /** Each script's Returns: a list that begins with the outcome. */
  #run(run: Script, stream: Stream, args: (string | number)[]): Promise<unknown[]> {
    return this.#ask(run(this.#redis, [this.#key(stream)], args)) as Promise<unknown[]>
  }

  #seenKey(stream: Stream, generation: number): string {
    return `${this.#key(stream)}:seen:${generation}`
  }

  #key(stream: Stream): string {
    return stateKey(this.#prefix, stream)
  }

  async #ask<T>(call: Promise<T>): Promise<T> {
    try {
      return await call
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new AppError('unavailable', `Redis does not answer: ${reason}`, { cause })
    }
  }
}

function fenced(stream: Stream, writer: Writer, highest: unknown): AppError {
  return new AppError(
    'fenced',
    `run ${writer.runId} of ${writer.sync} may not write to ${streamName(stream)} any more: its fence ${writer.fence} is behind ${highest}`,
  )
}

/** What to tell of a wait that ended with `cause`: its time was over, the caller gave up, or something else failed. */
export function endOfWait({ stream, signal }: Target, limit: AbortSignal, cause: unknown): unknown {
  if (cause !== limit.reason || signal.aborted) return cause
  return new AppError('unavailable', `others are writing to ${streamName(stream)}, its turn did not come`, {
    cause,
  })
}

/** Between two claims of a stream that another instance has. */
export const pollPause = () => POLL_MS * (0.25 + Math.random())
