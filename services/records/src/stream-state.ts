import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Stream, Writer } from '@syncline/proto'
import { type Redis, type Script, script } from '@syncline/redis'
import { type ClickHouse, REQUEST_TIMEOUT_MS, wasAnswered } from './clickhouse.ts'
import type { Events } from './events.ts'
import { newestGeneration, registerGeneration } from './generations.ts'
import { heal } from './record-head.ts'
import { newestInstant } from './record-log.ts'
import type { Target } from './store.ts'
import { stateKey, streamId, streamName } from './stream-id.ts'
import { Turns } from './turns.ts'

/** Longer than a statement can run: a lock that runs out while its holder lives has nothing under way any more. */
const HOLD_MS = 2 * REQUEST_TIMEOUT_MS
const SLACK_MS = HOLD_MS - REQUEST_TIMEOUT_MS
const WAIT_MS = 15_000
const POLL_MS = 20

const scripts = {
  lock: script(new URL('./scripts/lock.lua', import.meta.url)),
  renew: script(new URL('./scripts/renew.lua', import.meta.url)),
  release: script(new URL('./scripts/release.lua', import.meta.url)),
  begin: script(new URL('./scripts/begin.lua', import.meta.url)),
}

/** The right to change a stream, for one commit. */
export type Lock = {
  stream: Stream
  generation: number
  /** The stream's name in the tables. */
  id: string
  /** Later than every instant of the stream before. */
  instant: number
  /** The newest run of the writer's sync that has begun. */
  run: { id: string; beganAt: number } | undefined
  /** Deletes are tracked since. */
  windowStart: number | undefined
  /** A commit that began then may have reached only some of the tables. */
  tornSince: number | undefined
  /**
   * Whether the tables agree now. `torn`: a statement has failed half-way, the next holder heals it. `unsettled`: nobody
   * knows if it still runs, so the lock is not given back but runs out.
   */
  outcome: 'whole' | 'torn' | 'unsettled'
  /**
   * Comes before each statement that writes: makes sure that the lock outlasts it, even if this process was stopped
   * for a while.
   */
  hold(): Promise<void>
}

/**
 * What must be decided in one place for each stream: who may write, its clock, its generation, its delete tracking.
 * It lives in a Redis hash. If Redis has lost it, generation and clock are loaded from the tables again.
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

  /** Registers an attempt; `first` if it is the first that began for its run. */
  async begin(stream: Stream, writer: Writer): Promise<{ first: boolean; beganAt: number }> {
    const answer = await this.#onLoaded(stream, scripts.begin, [writer.sync, writer.fence, writer.runId])
    if (answer[0] === 'fenced') throw fenced(stream, writer, answer[1])
    return { first: answer[0] === 'first', beganAt: Number(answer[1]) }
  }

  /**
   * Does `work` as the only writer of the stream, of all instances. Without a writer no fence is checked: that is for
   * what the API does, not a run.
   */
  async locked<T>({ stream, writer, signal }: Target, work: (lock: Lock) => Promise<T>): Promise<T> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)])
    const token = randomUUID()
    try {
      return await this.#turns.run(this.#key(stream), limit, async () => {
        const lock = await this.#acquire(stream, writer, token, limit)
        try {
          if (lock.tornSince !== undefined) await this.#heal(lock, lock.tornSince)
          return await work(lock)
        } finally {
          if (lock.outcome !== 'unsettled') await this.#release(stream, token, lock.outcome)
        }
      })
    } catch (cause) {
      if (cause !== limit.reason) throw cause
      throw new AppError(
        'unavailable',
        `others are writing to ${streamName(stream)}, its turn did not come`,
        { cause },
      )
    }
  }

  async setGeneration(lock: Lock, generation: number): Promise<void> {
    await this.#ask(this.#redis.hset(this.#key(lock.stream), 'generation', generation))
  }

  async setWindow(lock: Lock, start: number | undefined): Promise<void> {
    const key = this.#key(lock.stream)
    await this.#ask(
      start === undefined ? this.#redis.hdel(key, 'window') : this.#redis.hset(key, 'window', start),
    )
  }

  /** The last run of the sync that emptied the stream before it began. */
  async emptiedBy(stream: Stream, sync: string): Promise<string | null> {
    return this.#ask(this.#redis.hget(this.#key(stream), `emptied:${sync}`))
  }

  async setEmptiedBy(stream: Stream, writer: Writer): Promise<void> {
    await this.#ask(this.#redis.hset(this.#key(stream), `emptied:${writer.sync}`, writer.runId))
  }

  async #acquire(
    stream: Stream,
    writer: Writer | undefined,
    token: string,
    limit: AbortSignal,
  ): Promise<Lock> {
    for (;;) {
      limit.throwIfAborted()
      const askedAt = Date.now()
      const args = [token, HOLD_MS, writer?.sync ?? '', writer?.fence ?? 0]
      const answer = await this.#onLoaded(stream, scripts.lock, args).catch((error: unknown) => {
        // Redis may still get to this call. What it would take then is given back by a call right behind it.
        void this.#release(stream, token, 'torn')
        throw error
      })
      if (answer[0] === 'fenced' && writer) throw fenced(stream, writer, answer[1])
      if (answer[0] === 'locked') return this.#lock(stream, token, askedAt, answer)
      await sleep(POLL_MS * (0.25 + Math.random()), undefined, { signal: limit }).catch(() => {})
    }
  }

  /** `answer` is what lock.lua returns. */
  #lock(stream: Stream, token: string, askedAt: number, answer: (string | number)[]): Lock {
    let enoughUntil = askedAt + SLACK_MS
    const [, generation, instant, torn, runId, beganAt, windowStart] = answer
    return {
      stream,
      generation: Number(generation),
      id: streamId(stream, Number(generation)),
      instant: Number(instant),
      run: runId ? { id: String(runId), beganAt: Number(beganAt) } : undefined,
      windowStart: windowStart ? Number(windowStart) : undefined,
      tornSince: torn ? Number(torn) : undefined,
      outcome: torn ? 'torn' : 'whole',
      hold: async () => {
        if (Date.now() < enoughUntil) return
        const askedAt = Date.now()
        const held = await this.#ask(scripts.renew(this.#redis, [this.#key(stream)], [token, HOLD_MS]))
        if (held !== 1) throw new AppError('unavailable', `lost the lock of ${streamName(stream)}`)
        enoughUntil = askedAt + SLACK_MS
      },
    }
  }

  async #heal(lock: Lock, since: number): Promise<void> {
    try {
      await heal(this.#clickhouse, lock.id, since)
    } catch (error) {
      // What it adds to the sums must not be added twice.
      if (!wasAnswered(error)) lock.outcome = 'unsettled'
      throw error
    }
    lock.outcome = 'whole'
    this.#events.healed(lock.stream)
  }

  async #release(stream: Stream, token: string, outcome: 'whole' | 'torn'): Promise<void> {
    // What was done is done: if this fails, the lock runs out, and the next holder heals what needs no healing.
    await scripts
      .release(this.#redis, [this.#key(stream)], [token, outcome])
      .catch((error: unknown) => this.#events.lockNotReleased(stream, error))
  }

  /** Runs a script; if it does not know the stream, loads its state first. */
  async #onLoaded(stream: Stream, run: Script, args: (string | number)[]): Promise<(string | number)[]> {
    const key = this.#key(stream)
    // Each script's Returns: a list that begins with the outcome.
    const call = () => this.#ask(run(this.#redis, [key], args)) as Promise<(string | number)[]>
    const answer = await call()
    if (answer[0] !== 'unknown') return answer
    const generation =
      (await newestGeneration(this.#clickhouse, stream)) ??
      (await registerGeneration(this.#clickhouse, stream, 0))
    const last = await newestInstant(this.#clickhouse, streamId(stream, generation))
    // Not over what another instance has loaded meanwhile. The generation is last: it says that all is there.
    await this.#ask(this.#redis.hsetnx(key, 'last', last))
    await this.#ask(this.#redis.hsetnx(key, 'generation', generation))
    return call()
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
