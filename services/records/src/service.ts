import { RecordsDefinition } from '@syncline/proto'
import { connectRedis } from '@syncline/redis'
import { serve } from '@syncline/rpc'
import type { Health, Log, Running } from '@syncline/service'
import { ClickHouse } from './clickhouse.ts'
import type { Config } from './config.ts'
import { createEvents } from './events.ts'
import { every } from './every.ts'
import { sweepGenerations } from './generation-sweep.ts'
import { GroupCommit } from './group-commit.ts'
import { Heads } from './heads.ts'
import { migrate } from './migrate.ts'
import { ReadAhead } from './read-ahead.ts'
import { PayloadLife } from './record-json.ts'
import { recordsCalls } from './records.ts'
import { retireStreams } from './retire-streams.ts'
import { StreamState } from './stream-state.ts'
import { TableFeed } from './table-feed.ts'

export { Config } from './config.ts'

const SWEEP_MS = 60_000
const RETIRE_MS = 3600_000

export interface RecordsService extends Running {
  port: number
}

/** @param clock Unix milliseconds, by which payloads expire and streams fall out of use. */
export async function start(config: Config, log: Log, clock = Date.now): Promise<RecordsService> {
  const events = createEvents(log)
  await using open = new AsyncDisposableStack()
  const redis = open.adopt(connectRedis(config.redis.url, events.redisLost), (redis) => redis.disconnect())
  await migrate(config, redis)
  const clickhouse = open.use(new ClickHouse(config.clickhouse))
  const state = new StreamState(redis, config.redis.prefix, clickhouse, events)
  const life = new PayloadLife(config.keep.payloadDays)
  const { historyDays } = config.keep
  const lock = (name: string) => ({ redis, key: `${config.redis.prefix}:records:${name}` })
  const feed = open.use(new TableFeed(clickhouse, state, lock('moving'), events))
  const heads = new Heads(clickhouse, config.headBytes, events)
  const store = {
    clickhouse,
    state,
    heads,
    feed,
    commits: new GroupCommit({ clickhouse, state, heads, feed, life, historyDays, events }),
    life,
    ahead: new ReadAhead(clickhouse),
    guard: config.deleteGuard,
    historyDays,
    pageBytes: config.pageBytes,
    clock,
    events,
  }
  const sweep = (signal: AbortSignal) => sweepGenerations(clickhouse, events, signal)
  open.use(every(SWEEP_MS, lock('sweeping'), sweep, events.sweepFailed))
  const { staleDays } = config.keep
  if (staleDays > 0) {
    const retire = (signal: AbortSignal) => retireStreams(store, staleDays, signal)
    open.use(every(RETIRE_MS, lock('retiring'), retire, events.retiringFailed))
  }
  const rpc = open.use(
    await serve(config.listen, (server) => server.add(RecordsDefinition, recordsCalls(store)), events.fault),
  )
  const owned = open.move()
  return {
    port: rpc.port,
    health: async (): Promise<Health> => ({
      clickhouse: await stateOf(clickhouse.ping()),
      redis: await stateOf(redis.ping()),
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function stateOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}
