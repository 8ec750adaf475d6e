import { AppError } from '@syncline/errors'
import type { Stream } from '@syncline/proto'
import { type Redis, redisCall } from '@syncline/redis'
import { REQUEST_TIMEOUT_MS } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import { UNCHANGED_TTL_DAYS } from '../tables/unchanged-ids.ts'
import { ID_SEPARATOR } from '../tables/version.ts'
import type { CommitResult, Marks } from './commit-result.ts'
import { heldKey, stateKey, streamKey, streamName, unchangedKey } from './identity.ts'
import { KEEP_STATE_S, scripts } from './scripts.ts'
import type { StreamSnapshot } from './snapshot.ts'

/** `ensure` leaves a statement its whole time, and as much is left to notice that it is over. */
export const LEASE_MS = 2 * REQUEST_TIMEOUT_MS
const UNCHANGED_TTL_S = UNCHANGED_TTL_DAYS * 24 * 3600

export type Grant = { token: string; endsAt: number; claimedAt: Elapsed }

/**
 * The right to write to a stream, of all instances, until it is released or its time is over. A lease is longer than
 * every statement under it: `ensure` comes before each of them, and a statement ends, queueing included, within
 * REQUEST_TIMEOUT_MS.
 */
export class Lease {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #snapshot: StreamSnapshot
  readonly #token: string
  readonly #events: Events
  #renewed: Elapsed
  #endsAt: number

  constructor(redis: Redis, prefix: string, snapshot: StreamSnapshot, grant: Grant, events: Events) {
    this.#redis = redis
    this.#prefix = prefix
    this.#snapshot = snapshot
    this.#events = events
    this.#token = grant.token
    this.#renewed = grant.claimedAt
    this.#endsAt = grant.endsAt
  }

  /** By the clock of Redis, Unix ms. */
  get endsAt(): number {
    return this.#endsAt
  }

  /** Comes before each statement that writes: makes sure that the lease outlasts it, even if this process was stopped. */
  async ensure(): Promise<void> {
    if (this.#renewed() < LEASE_MS - REQUEST_TIMEOUT_MS) return
    const renewed = elapsed()
    const key = stateKey(this.#prefix, this.#snapshot.stream)
    const endsAt = await redisCall(scripts.renew(this.#redis, [key], [this.#token, LEASE_MS]))
    if (endsAt === 0) throw leaseLost(this.#snapshot)
    this.#renewed = renewed
    this.#endsAt = Number(endsAt)
  }

  /**
   * Comes before the statement that decides, in the tables, that the stream is on another shard. Until the release of the
   * lease says so, or if it never does, everyone asks the tables where the stream is.
   */
  async beginMove(): Promise<void> {
    const key = stateKey(this.#prefix, this.#snapshot.stream)
    const endsAt = await redisCall(scripts.beginMove(this.#redis, [key], [this.#token]))
    if (endsAt === 0) throw leaseLost(this.#snapshot)
  }

  /**
   * Writes down what became of the stream, and gives the lease back. True if another instance waits for it.
   *
   * A commit that is in the tables stays there if its release fails: the lease expires, and the next holder recovers. Then
   * only marks for delete tracking and a new generation are lost, and whoever asked for them is told.
   */
  async release(result: CommitResult): Promise<boolean> {
    if (result.kind === 'unknown') return false
    const { stream, generation, instant, inDoubtSince = instant } = this.#snapshot
    const keys = [
      stateKey(this.#prefix, stream),
      unchangedKey(this.#prefix, stream, generation),
      heldKey(this.#prefix, stream.environment),
    ]
    const args = [this.#token, instant, ...releaseArgs(result, stream, inDoubtSince)]
    try {
      const answer = await redisCall(scripts.release(this.#redis, keys, args))
      if (answer === 0) throw leaseLost(this.#snapshot)
      return answer === 2
    } catch (error) {
      this.#events.leaseNotReleased(stream, result.kind, error)
      if (isKnownByReleaseOnly(result)) throw error
      return false
    }
  }
}

/** The arguments of release.lua from the third on. */
export function releaseArgs(result: CommitResult, stream: Stream, inDoubtSince: number): (string | number)[] {
  const { unchangedIds = [], window = '', incomplete, heldDeletion = '' } = marksOf(result)
  const [a, b] = sizes(result)
  const { reason = '', sync = '', runId = '' } = incomplete ?? {}
  const deletion = typeof heldDeletion === 'string' ? heldDeletion : JSON.stringify(heldDeletion)
  return [
    ...[result.kind, a, b, unchangedIds.join(ID_SEPARATOR), UNCHANGED_TTL_S, window, inDoubtSince],
    ...[reason, sync, runId, deletion, streamKey(stream), KEEP_STATE_S],
  ]
}

const marksOf = (result: CommitResult): Marks =>
  result.kind === 'unchanged' || result.kind === 'committed' ? result : {}

function sizes(result: CommitResult): [number, number] {
  if (result.kind === 'committed') return [result.sizeDelta.live, result.sizeDelta.bytes]
  if (result.kind === 'recovered') return [result.size.live, result.size.bytes]
  if (result.kind === 'moved') return [result.generation, result.place]
  return [result.kind === 'emptied' ? result.generation : 0, 0]
}

function isKnownByReleaseOnly(result: CommitResult): boolean {
  if (result.kind === 'emptied' || result.kind === 'moved') return true
  const { unchangedIds = [], window, incomplete, heldDeletion } = marksOf(result)
  return [window, incomplete, heldDeletion].some((mark) => mark !== undefined) || unchangedIds.length > 0
}

function leaseLost({ stream }: StreamSnapshot): AppError {
  return new AppError('unavailable', `the write lease of ${streamName(stream)} was lost: try again`)
}

/** Milliseconds since it was made. */
export type Elapsed = () => number

/** By both clocks: one stops while the machine sleeps, the other one may be set back. */
export function elapsed(): Elapsed {
  const [monotonic, wall] = [performance.now(), Date.now()]
  return () => Math.max(performance.now() - monotonic, Date.now() - wall)
}
