import { repeat } from '@syncline/async'
import type { Mutex } from '@syncline/redis'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { Generation } from '../stream/snapshot.ts'
import type { StreamState } from '../stream/stream-state.ts'
import { Archiver } from './archive-superseded.ts'
import { UnchangedIdsFlusher } from './flush-unchanged-ids.ts'
import { HeadIndexer } from './index-heads.ts'

const PERIOD_MS = 2000

/** Jobs that write what commits leave for later, for many streams at once. */
export type StreamJobs = {
  /** Comes before a commit. Waits while too many unchanged ids wait to be flushed. */
  ensureRoom(): Promise<void>
  /** Something was committed to the stream, or will be when its lease is released. */
  committed(generation: Generation, left: { unchangedBytes: number; changed: boolean }): void
  /** When it returns, all unchanged ids of the stream are in their table. Under the stream's lease. */
  flushUnchanged(generation: Generation): Promise<void>
  /** When it returns, the superseded versions of the stream are archived. */
  archive(generation: Pick<Generation, 'id'>): Promise<void>
}

export function startStreamJobs(
  clickhouse: ClickHouse,
  state: StreamState,
  archiving: Mutex,
  events: Events,
): StreamJobs & AsyncDisposable {
  const flusher = new UnchangedIdsFlusher(clickhouse, state)
  const indexer = new HeadIndexer(clickhouse, state)
  const archiver = new Archiver(clickhouse, archiving)
  const jobs = new AsyncDisposableStack()
  const start = (name: string, job: { run(signal: AbortSignal): Promise<void> }) =>
    jobs.use(
      repeat(PERIOD_MS, (signal) => job.run(signal), { onFailure: (error) => events.jobFailed(name, error) }),
    )
  start('flush unchanged ids', flusher)
  start('index heads', indexer)
  start('archive superseded versions', archiver)
  return {
    ensureRoom: () => flusher.ensureRoom(never),
    committed(generation, { unchangedBytes, changed }) {
      flusher.add(generation, unchangedBytes)
      if (!changed) return
      indexer.add(generation)
      archiver.add(generation)
    },
    flushUnchanged: (generation) => flusher.flush(generation),
    archive: (generation) => archiver.archive(generation),
    [Symbol.asyncDispose]: () => jobs.disposeAsync(),
  }
}

const { signal: never } = new AbortController()
