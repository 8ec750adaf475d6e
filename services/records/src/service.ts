import { RecordsDefinition } from '@syncline/proto'
import { connectRedis } from '@syncline/redis'
import { serve } from '@syncline/rpc'
import { checkHealth, type Log, type Running } from '@syncline/service'
import { recordsCalls } from './api/records-service.ts'
import type { Config } from './config.ts'
import { serviceEvents } from './events.ts'
import { openStore } from './open-shard.ts'
import { PageMemory } from './read/page-memory.ts'
import { PagePrefetch } from './read/page-prefetch.ts'
import { migrate } from './schema/migrate.ts'

export { Config } from './config.ts'

export interface RecordsService extends Running {
  port: number
}

/** @param clock Unix milliseconds, by which payloads expire and streams fall out of use. */
export async function start(config: Config, log: Log, clock = Date.now): Promise<RecordsService> {
  const events = serviceEvents(log)
  await using open = new AsyncDisposableStack()
  const redis = open.adopt(connectRedis(config.redis.url, events.redisLost), (redis) => redis.disconnect())
  await migrate(config, redis, events)
  const { maxBytes, prefetchBytes } = config.read
  const pages = {
    prefetch: new PagePrefetch(prefetchBytes),
    pageMemory: new PageMemory(maxBytes, events.pageMemoryChanged),
  }
  const shared = { config, redis, ...pages, log, clock }
  const stores = config.shards.map((at) => open.use(openStore(at, shared)))
  const rpc = open.use(
    await serve(
      config.listen,
      (server) => server.add(RecordsDefinition, recordsCalls(stores)),
      events.fault,
      {
        slowClientMs: config.read.slowClientMs,
      },
    ),
  )
  const pings = stores.map(({ clickhouse }, i) => {
    const name = stores.length === 1 ? 'clickhouse' : `clickhouse ${i + 1}`
    return [name, () => clickhouse.ping()] as const
  })
  const owned = open.move()
  return {
    port: rpc.port,
    health: () => checkHealth({ ...Object.fromEntries(pings), redis: () => redis.ping() }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
