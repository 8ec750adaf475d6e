import type { HeldDeletion, Stream } from '@syncline/proto'
import { type Log, metrics } from '@syncline/service'

const saved = metrics.counter('records_saved_total', 'Records of acknowledged saves by what became of them', [
  'change',
])
const rewritten = metrics.counter('records_rewritten_total', 'Records deleted or pruned', ['change'])
const heldBack = metrics.counter(
  'records_deletions_held_back_total',
  'Deletions of most of a stream, or after a pass that was not complete',
)
const commitSeconds = metrics.histogram(
  'records_commit_seconds',
  'From a save to its acknowledgement',
  [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
)
const commitSaves = metrics.histogram(
  'records_commit_saves',
  'Saves in a commit',
  [1, 2, 5, 10, 25, 50, 100, 250],
)
const unusedStreams = metrics.gauge(
  'records_streams_unused',
  'Streams without a run for so long that they are reported',
  ['shard'],
)
const repeated = metrics.counter('records_inserts_repeated_total', 'Inserts that failed and were tried again')
const recovered = metrics.counter(
  'records_streams_recovered_total',
  'Streams that were counted anew after a commit that was in doubt',
)
const leasesNotReleased = metrics.counter(
  'records_leases_not_released_total',
  'Write leases that were lost before they were released',
  ['outcome'],
)

const pageBytes = metrics.gauge(
  'records_page_bytes',
  'Memory that pages take until their clients have taken them',
)

const jobsFailed = metrics.counter('records_jobs_failed_total', 'Rounds of background jobs that failed', [
  'job',
])

const runFactsWritten = metrics.counter('records_run_facts_total', 'Runs whose end was written')
const runFactsDelayed = metrics.counter(
  'records_run_facts_delayed_total',
  'Failures to read or write ends of runs; they are tried again',
)

const headBytes = metrics.gauge('records_heads_bytes', 'Memory that heads of streams take', ['shard'])
const headsLookedUp = metrics.counter('records_heads_looked_up_total', 'Heads that were not in memory')

export type Events = ReturnType<typeof shardEvents>

/** What happens on a shard, as log lines and metrics. */
export function shardEvents(serviceLog: Log, shard: number) {
  const log = serviceLog.child({ shard })
  return {
    saved(counts: { added: number; updated: number; unchanged: number }, sinceMs: number) {
      saved.inc({ change: 'added' }, counts.added)
      saved.inc({ change: 'updated' }, counts.updated)
      saved.inc({ change: 'unchanged' }, counts.unchanged)
      commitSeconds.observe((performance.now() - sinceMs) / 1000)
    },
    rewritten(change: 'deleted' | 'pruned', stream: Stream, count: number) {
      rewritten.inc({ change }, count)
      log.info({ stream, count }, `records ${change}`)
    },
    deletionHeldBack(stream: Stream, warning: string) {
      heldBack.inc()
      log.warn({ stream, warning }, 'deletion held back')
    },
    emptied: (stream: Stream, generation: number) => log.info({ stream, generation }, 'stream emptied'),
    unused: (streams: number) => unusedStreams.set({ shard }, streams),
    unusedReported(stream: Stream, usedAt: number, retiresAt: number) {
      const [lastRun, emptied] = [usedAt, retiresAt].map((ms) => new Date(ms).toISOString())
      log.warn({ stream, lastRun, emptied }, 'no run has begun for long: its records will be deleted')
    },
    retired: (stream: Stream, usedAt: number) =>
      log.warn({ stream, lastRun: new Date(usedAt).toISOString() }, 'unused stream emptied'),
    swept: (streams: number) => log.info({ streams }, 'rows of emptied streams removed'),
    sweepAwaits: (deletes: number) => log.info({ deletes }, 'ClickHouse has not applied earlier deletes yet'),
    forgotten: (streams: number) => log.info({ streams }, 'empty unused streams forgotten'),
    recovered(stream: Stream) {
      recovered.inc()
      log.warn({ stream }, 'recovered a stream after a commit that was in doubt')
    },
    moved: (stream: Stream, from: number, to: number, copied: { versions: number; bytes: number }) =>
      log.info({ stream, from, to, ...copied }, 'stream moved to another shard'),
    moveNotCleaned: (err: unknown) =>
      log.warn({ err }, 'stream moved, but its old rows are not marked as stale: repeat the command'),
    headsInMemory: (bytes: number) => headBytes.set({ shard }, bytes),
    headsLookedUp: (count: number) => headsLookedUp.inc(count),
    headsNotLoaded: (stream: Stream, err: unknown) =>
      log.warn({ err, stream }, 'heads not loaded, will look them up'),
    jobFailed(job: string, err: unknown) {
      jobsFailed.inc({ job })
      log.warn({ job, err }, 'background job failed, will retry')
    },
    committed: (saves: number) => commitSaves.observe(saves),
    commitSplit: (saves: number, err: unknown) =>
      log.warn({ err, saves }, 'ClickHouse rejected a commit, retrying its changes one by one'),
    insertRepeated(tries: number, err: unknown) {
      repeated.inc()
      log.warn({ err, tries }, 'insert failed, will retry')
    },
    /** `outcome`: how the commit under it had ended. */
    leaseNotReleased(stream: Stream, outcome: string, err: unknown) {
      leasesNotReleased.inc({ outcome })
      log.error(
        { err, stream, outcome },
        'write lease lost before its release, the next holder recovers the stream',
      )
    },
  }
}

export type MigrationEvents = Pick<ReturnType<typeof serviceEvents>, 'migrationAwaited' | 'migrating'>

export type RunFactEvents = Pick<ReturnType<typeof serviceEvents>, 'runFactsWritten' | 'runFactsDelayed'>

/** What happens to the service as a whole. */
export const serviceEvents = (log: Log) => ({
  pageMemoryChanged: (bytes: number) => pageBytes.set(bytes),
  deletionReleased: (deletion: HeldDeletion) =>
    log.warn({ ...deletion }, 'a person lets the next pass delete past the guard'),
  redisLost: (err: Error) => log.warn({ err }, 'Redis'),
  migrationAwaited: () => log.info('waiting for another instance, which migrates the tables'),
  migrating: (name: string, shard: number) => (progress: { seconds: number; rows: number }) =>
    log.info({ migration: name, shard, ...progress }, 'migration is running'),
  runFactsWritten: (count: number) => runFactsWritten.inc(count),
  runFactsDelayed(err: unknown) {
    runFactsDelayed.inc()
    log.warn({ err }, 'ends of runs are written later')
  },
  sumHoursFailed(err: unknown) {
    jobsFailed.inc({ job: 'sum hours' })
    log.warn({ err }, 'sums of runs by hour are made later')
  },
  fault: (path: string, err: unknown) => log.error({ err, path }, 'call failed'),
})
