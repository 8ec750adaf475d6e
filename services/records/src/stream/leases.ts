import { randomUUID } from 'node:crypto'
import { AppError } from '@syncline/errors'
import type { Stream, Writer } from '@syncline/proto'
import { type Redis, redisCall } from '@syncline/redis'
import type { Events } from '../events.ts'
import { heldKey, stateKey, streamId, streamName, unchangedKey } from './identity.ts'
import { elapsed, LEASE_MS, Lease, releaseArgs } from './lease.ts'
import { KEEP_STATE_S, scripts } from './scripts.ts'
import type { StreamSnapshot } from './snapshot.ts'

export type Granted = {
  kind: 'granted'
  snapshot: StreamSnapshot
  lease: Lease
  /** One for each writer, in order. */
  writers: WriterState[]
}

/** `moved`: the stream is on another shard. `unknown`: its state must be loaded first. */
export type Claim =
  | Granted
  | { kind: 'moved'; place: number }
  | { kind: 'busy'; freeInMs: number }
  | { kind: 'unknown' }

/** `refused`: why it may not write any more. `run`: the newest run of its sync that has begun on the stream. */
export type WriterState = { refused: AppError | undefined; run: RunState | undefined }

/** `incomplete`: why its pass is not complete; empty = nobody has said that it is not. */
type RunState = { id: string; beganAt: number; incomplete: string }

/** Grants write leases of the streams of a shard. */
export class Leases {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #events: Events
  readonly #place: number

  constructor(redis: Redis, prefix: string, events: Events, place = 1) {
    this.#redis = redis
    this.#prefix = prefix
    this.#events = events
    this.#place = place
  }

  /**
   * Asks for the lease of a stream on behalf of its writers; for what the API does there is none, and no fence is checked.
   * Claims made in one tick travel together.
   */
  async claim(stream: Stream, writers: Writer[]): Promise<Claim> {
    const token = randomUUID()
    const claimedAt = elapsed()
    const answer = await this.#ask(stream, token, writers)
    if (answer[0] === 'moved') return { kind: 'moved', place: Number(answer[1]) }
    if (answer[0] === 'unknown') return { kind: 'unknown' }
    if (answer[0] === 'busy') return { kind: 'busy', freeInMs: Number(answer[1]) }
    // As claim.lua returns it.
    const [, generation, instant, endsAt, commit, unchanged, live, behind, doubt, ...more] = answer
    const [window, incomplete, deletion, ...verdicts] = more
    const snapshot: StreamSnapshot = {
      stream,
      generation: Number(generation),
      id: streamId(stream, Number(generation)),
      instant: Number(instant),
      lastCommit: Number(commit),
      lastUnchanged: Number(unchanged),
      live: Number(live),
      headsBehindSince: optional(behind),
      windowStart: optional(window),
      incomplete: String(incomplete),
      deletion: (deletion || 'none') as StreamSnapshot['deletion'], // claim.lua's Returns
      inDoubtSince: optional(doubt),
    }
    const lease = new Lease(
      this.#redis,
      this.#prefix,
      snapshot,
      { token, endsAt: Number(endsAt), claimedAt },
      this.#events,
    )
    const states = writers.map((writer, i) => writerState(stream, writer, verdicts[i] as Verdict))
    return { kind: 'granted', snapshot, lease, writers: states }
  }

  async #ask(stream: Stream, token: string, writers: Writer[]): Promise<unknown[]> {
    const key = stateKey(this.#prefix, stream)
    const fences = writers.flatMap(({ sync, fence }) => [sync, fence])
    const args = [token, LEASE_MS, KEEP_STATE_S, this.#place, ...fences]
    try {
      return (await redisCall(scripts.claim(this.#redis, [key], args))) as unknown[] // claim.lua's Returns
    } catch (error) {
      // Redis may still get to this call. A call right behind it gives back what it would be granted then.
      const keys = [key, unchangedKey(this.#prefix, stream, 0), heldKey(this.#prefix, stream.environment)]
      const args = [token, 0, ...releaseArgs({ kind: 'in-doubt' }, stream, 0)]
      void scripts.release(this.#redis, keys, args).catch(() => {})
      throw error
    }
  }
}

type Verdict = [highest: string, run: string, began: string, incomplete: string]

function writerState(stream: Stream, writer: Writer, verdict: Verdict): WriterState {
  const [highest, run, began, incomplete] = verdict
  return {
    refused: highest === '' ? undefined : fenced(stream, writer, highest),
    run: run === '' ? undefined : { id: run, beganAt: Number(began), incomplete },
  }
}

export function fenced(stream: Stream, writer: Writer, highest: unknown): AppError {
  return new AppError(
    'fenced',
    `run ${writer.runId} of ${writer.sync} may not write to ${streamName(stream)} any more: its fence ${writer.fence} is lower than ${highest}`,
  )
}

const optional = (value: unknown) => (value === '' ? undefined : Number(value))
