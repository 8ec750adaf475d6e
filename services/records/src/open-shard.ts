import type { Redis } from '@syncline/redis'
import type { Log } from '@syncline/service'
import pLimit from 'p-limit'
import { MemoryBudget } from './admission/memory-budget.ts'
import { ClickHouse } from './clickhouse/clickhouse.ts'
import { WriteQueue } from './commit/write-queue.ts'
import type { Config, Shard } from './config.ts'
import { shardEvents } from './events.ts'
import { HeadCache } from './heads/head-cache.ts'
import { every } from './jobs/every.ts'
import { retireStreams } from './jobs/retire-streams.ts'
import { sweepGenerations } from './jobs/sweep-generations.ts'
import { TableFeed } from './jobs/table-feed.ts'
import type { PageMemory } from './read/page-memory.ts'
import type { PagePrefetch } from './read/page-prefetch.ts'
import type { Store } from './store.ts'
import { Leases } from './stream/leases.ts'
import { StreamState } from './stream/stream-state.ts'
import { PayloadLife } from './tables/payload-life.ts'

const SWEEP_MS = 60_000
const RETIRE_MS = 3600_000

/** What all shards share. */
export type Shared = {
  config: Config
  redis: Redis
  prefetch: PagePrefetch
  pageMemory: PageMemory
  log: Log
  clock: () => number
}

/** Opens a shard, and does its background work until it is closed. */
export function openStore(at: Shard, shared: Shared): Store & AsyncDisposable {
  const { config, redis, prefetch, pageMemory, log, clock } = shared
  const shards = config.shards.length
  const place = config.shards.indexOf(at) + 1
  const events = shardEvents(log, place)
  const clickhouse = new ClickHouse(at)
  const state = new StreamState(redis, config.redis.prefix, clickhouse)
  const lock = (name: string) => ({ redis, key: `${config.redis.prefix}:records:${name}:${place}` })
  const feed = new TableFeed(clickhouse, state, lock('moving'), events)
  const heads = new HeadCache(clickhouse, config.headBytes / shards, events)
  const life = new PayloadLife(config.keep.payloadDays)
  const { historyDays, staleDays } = config.keep
  const inserts = pLimit(1)
  const leases = new Leases(redis, config.redis.prefix, events)
  const committing = { clickhouse, inserts, heads, background: feed, historyDays, events }
  const budget = new MemoryBudget(config.writeBytes / shards, 'the write queue')
  const store: Store = {
    ...committing,
    state,
    feed,
    life,
    writes: new WriteQueue({ ...committing, leases, state }, budget),
    prefetch,
    pageMemory,
    guard: config.deleteGuard,
    pageBytes: config.pageBytes,
    clock,
  }
  const opened = new AsyncDisposableStack()
  opened.use(clickhouse)
  opened.use(feed)
  const sweep = (signal: AbortSignal) => sweepGenerations(clickhouse, events, signal)
  opened.use(every(SWEEP_MS, lock('sweeping'), sweep, events.sweepFailed))
  if (staleDays > 0) {
    const retire = (signal: AbortSignal) => retireStreams(store, staleDays, signal)
    opened.use(every(RETIRE_MS, lock('retiring'), retire, events.retiringFailed))
  }
  return { ...store, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
