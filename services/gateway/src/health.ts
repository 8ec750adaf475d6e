import type { Bus } from '@syncline/bus'
import { type Redis, redisCall } from '@syncline/redis'
import type { Connection } from '@syncline/rpc'
import { checkHealth, type Health } from '@syncline/service'

/** Asks what the gateway itself needs, and the services that it calls: those say whether ClickHouse and Redis answer them. */
export const gatewayHealth = (
  bus: Bus,
  redis: Redis,
  records: Connection,
  scheduler: Connection,
): Promise<Health> =>
  checkHealth(
    { nats: () => bus.connection.flush(), redis: () => redisCall(redis.ping()) },
    {
      records: (signal) => records.checkHealth(signal),
      scheduler: (signal) => scheduler.checkHealth(signal),
    },
  )
