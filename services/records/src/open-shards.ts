import { waitForServer } from '@syncline/async'
import { withoutSecrets } from '@syncline/errors'
import { checkSchema, connectRedis, REDIS_SCHEMA, type Redis } from '@syncline/redis'
import type { Log } from '@syncline/service'
import { ClickHouse } from './clickhouse/clickhouse.ts'
import type { Config } from './config.ts'
import { serviceEvents } from './events.ts'
import { openShard } from './open-shard.ts'
import { PageCache } from './read/page-cache.ts'
import { PageMemory } from './read/page-memory.ts'
import { migrate } from './schema/migrate.ts'
import type { Shard } from './shard.ts'
import { Shards } from './stream/shards.ts'
import { StreamPlaces } from './stream/stream-places.ts'

/** Brings the tables up to date and opens all shards. */
export async function openShards(
  config: Config,
  log: Log,
  clock = Date.now,
): Promise<{ redis: Redis; shards: Shards<Shard> } & AsyncDisposable> {
  await using open = new AsyncDisposableStack()
  const events = serviceEvents(log)
  const redis = open.adopt(connectRedis(config.redis.url, events.redisLost), (redis) => redis.disconnect())
  await waitForServer(`Redis at REDIS_URL '${withoutSecrets(config.redis.url)}'`, () => redis.ping())
  await checkSchema(redis, config.redis.prefix, REDIS_SCHEMA)
  await migrate(config, redis, events)
  const servers = config.shards.map((at) => open.use(new ClickHouse(at)))
  const places = new StreamPlaces(redis, config.redis.prefix, servers)
  const { maxBytes, cacheBytes } = config.read
  const reading = {
    pages: new PageCache(cacheBytes),
    pageMemory: new PageMemory(maxBytes, events.pageMemoryChanged),
  }
  const shared = { config, redis, servers, places, ...reading, log, clock }
  const all = servers.map((server) => open.use(openShard(server, shared)))
  const owned = open.move()
  return {
    redis,
    shards: new Shards(all, places),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
