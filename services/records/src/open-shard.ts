import type { Redis } from '@syncline/redis'
import type { Log } from '@syncline/service'
import pLimit from 'p-limit'
import { MemoryBudget } from './admission/memory-budget.ts'
import type { ClickHouse } from './clickhouse/clickhouse.ts'
import { WriteQueue } from './commit/write-queue.ts'
import type { Config } from './config.ts'
import { shardEvents } from './events.ts'
import { HeadCache } from './heads/head-cache.ts'
import { StreamForgetter } from './jobs/forget-streams.ts'
import { onOneInstance } from './jobs/on-one-instance.ts'
import { retireStreams } from './jobs/retire-streams.ts'
import { startStreamJobs } from './jobs/stream-jobs.ts'
import { sweepGenerations } from './jobs/sweep-generations.ts'
import type { PageCache } from './read/page-cache.ts'
import type { PageMemory } from './read/page-memory.ts'
import type { Shard } from './shard.ts'
import { Leases } from './stream/leases.ts'
import type { StreamPlaces } from './stream/stream-places.ts'
import { StreamState } from './stream/stream-state.ts'
import { PayloadLife } from './tables/payload-life.ts'

const SWEEP_MS = 60_000
const RETIRE_MS = 3600_000
const FORGET_MS = 3600_000

/** What all shards share. */
export type Shared = {
  config: Config
  redis: Redis
  /** The servers of all shards, in order. */
  servers: readonly ClickHouse[]
  places: StreamPlaces
  pages: PageCache
  pageMemory: PageMemory
  log: Log
  clock: () => number
}

/** Opens a shard, and does its background work until it is closed. */
export function openShard(clickhouse: ClickHouse, shared: Shared): Shard & AsyncDisposable {
  const { config, redis, servers, places, pages, pageMemory, log, clock } = shared
  const shards = servers.length
  const place = servers.indexOf(clickhouse) + 1
  const events = shardEvents(log, place)
  const here = { place, places: shards > 1 ? places : undefined }
  const state = new StreamState(redis, config.redis.prefix, clickhouse, here)
  const mutex = (name: string) => ({ redis, key: `${config.redis.prefix}:records:${name}:${place}` })
  const jobs = startStreamJobs(clickhouse, state, mutex('archiving'), events)
  const heads = new HeadCache(clickhouse, config.headBytes / shards, events)
  const life = new PayloadLife(config.keep.payloadDays)
  const { historyDays, staleDays } = config.keep
  const inserts = pLimit(1)
  const leases = new Leases(redis, config.redis.prefix, events, place)
  const committing = { clickhouse, inserts, heads, background: jobs, historyDays, events }
  const budget = new MemoryBudget(config.writeBytes / shards, 'the write queue')
  const shard: Shard = {
    ...committing,
    state,
    jobs,
    life,
    writes: new WriteQueue({ ...committing, leases, state }, budget),
    pages,
    pageMemory,
    guard: config.deleteGuard,
    pageBytes: config.pageBytes,
    clock,
  }
  const opened = new AsyncDisposableStack()
  opened.use(jobs)
  const failed = (name: string) => (error: unknown) => events.jobFailed(name, error)
  const sweep = (signal: AbortSignal) => sweepGenerations(clickhouse, events, signal)
  opened.use(onOneInstance(SWEEP_MS, mutex('sweeping'), sweep, failed('sweep generations')))
  const forgetter = new StreamForgetter({ clickhouse, state, events, clock }, mutex('forgetting'))
  const forget = (signal: AbortSignal) => forgetter.run(signal)
  opened.use(onOneInstance(FORGET_MS, mutex('forget'), forget, failed('forget streams')))
  if (staleDays > 0) {
    const retire = (signal: AbortSignal) => retireStreams(shard, staleDays, signal)
    opened.use(onOneInstance(RETIRE_MS, mutex('retiring'), retire, failed('retire streams')))
  }
  return { ...shard, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
