import { timeLimit } from '@syncline/async'
import { AppError } from '@syncline/errors'
import { type Mutex, tryMutex, waitForMutex } from '@syncline/redis'
import { type ClickHouse, REQUEST_TIMEOUT_MS } from '../clickhouse/clickhouse.ts'
import type { Generation } from '../stream/snapshot.ts'
import { archiveSuperseded, streamsWithSuperseded } from '../tables/record-history.ts'
import { PendingStreams } from './pending-streams.ts'

/** Streams of one statement. */
const BATCH = 200
/** Between two rounds that archive something. */
const PAUSE_MS = 10_000
/** How often an instance looks for versions that another instance left when it died, and how old they are at least. */
const LEFT = { everyMs: 3600_000, olderMs: 600_000 }
const LEFT_STREAMS = 10_000

/**
 * Archives superseded versions, those of many commits in one statement: the more there are, the less each of them costs.
 * A mutex lets one instance at a time do it.
 */
export class Archiver {
  readonly #clickhouse: ClickHouse
  readonly #mutex: Mutex
  readonly #pending = new PendingStreams()
  #nextAt = 0
  readonly #left: typeof LEFT
  #leftAt: number

  constructor(clickhouse: ClickHouse, mutex: Mutex, left = LEFT) {
    this.#clickhouse = clickhouse
    this.#mutex = mutex
    this.#left = left
    this.#leftAt = Date.now() + Math.random() * left.everyMs
  }

  /** A commit to the stream has superseded versions. */
  add(generation: Generation): void {
    this.#pending.add(generation)
  }

  /** Archives what was superseded in a stream so far. */
  async archive({ id }: Pick<Generation, 'id'>): Promise<void> {
    using limit = timeLimit(REQUEST_TIMEOUT_MS)
    await using _held = await waitForMutex(this.#mutex, { signal: limit.signal }).catch((cause) => {
      if (!limit.signal.aborted) throw cause
      throw new AppError('unavailable', 'another instance is archiving superseded versions: try again', {
        cause,
      })
    })
    await archiveSuperseded(this.#clickhouse, [id])
  }

  async run(signal: AbortSignal): Promise<void> {
    const lookForLeft = Date.now() >= this.#leftAt
    if ((this.#pending.size === 0 && !lookForLeft) || Date.now() < this.#nextAt) return
    await using held = await tryMutex(this.#mutex)
    if (!held) return
    this.#nextAt = Date.now() + PAUSE_MS
    const archive = async (streams: string[]) => {
      held.signal.throwIfAborted()
      await archiveSuperseded(this.#clickhouse, streams)
    }
    await this.#pending.visit(BATCH, signal, (streams) => archive(streams.map(({ id }) => id)))
    if (lookForLeft) await this.#archiveLeft(archive, signal)
  }

  async #archiveLeft(archive: (streams: string[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    const left = await streamsWithSuperseded(this.#clickhouse, Date.now() - this.#left.olderMs, LEFT_STREAMS)
    for (let at = 0; at < left.length && !signal.aborted; at += BATCH)
      await archive(left.slice(at, at + BATCH))
    if (left.length < LEFT_STREAMS) this.#leftAt = Date.now() + this.#left.everyMs
  }
}
