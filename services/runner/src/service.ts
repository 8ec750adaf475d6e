import { waitForServer } from '@syncline/async'
import { connectBus } from '@syncline/bus'
import { Keyring, openCatalog } from '@syncline/catalog'
import { withoutSecrets } from '@syncline/errors'
import { openFunctionSandboxes } from '@syncline/functions'
import { Egress, Outgoing } from '@syncline/outgoing'
import { RecordsDefinition, RunsDefinition } from '@syncline/proto'
import { connectRedis, redisCall } from '@syncline/redis'
import { connect } from '@syncline/rpc'
import { checkHealth, type Log, type Running } from '@syncline/service'
import type { Config } from './config.ts'
import { createEvents } from './events.ts'
import { startIntake } from './intake.ts'
import { WorkLoader } from './load-work.ts'
import { Parking } from './parking.ts'

export { Config } from './config.ts'

export async function start(config: Config, log: Log): Promise<Running> {
  await using open = new AsyncDisposableStack()
  const events = createEvents(log)
  const bus = open.use(await connectBus(config.nats, 'runner'))
  const catalog = open.use(await openCatalog(bus, events.catalogEntryUnreadable))
  const { limits, parentLimits, leaseMs } = config
  const sandboxes = open.use(
    await openFunctionSandboxes({
      limits,
      parentLimits,
      ...config.sandbox,
      onStartFailed: events.sandboxFailed,
    }),
  )
  events.sandboxLevel(sandboxes)
  const schedulerRpc = open.use(connect(config.scheduler.address))
  const recordsRpc = open.use(connect(config.records.address))
  const scheduler = schedulerRpc.client(RunsDefinition)
  const records = recordsRpc.client(RecordsDefinition)
  const egress = open.use(new Egress(config.egress))
  const keyring = new Keyring(config.keyring)
  const redis = open.adopt(connectRedis(config.redis.url, events.redisLost), (client) => client.disconnect())
  await waitForServer(`Redis at REDIS_URL '${withoutSecrets(config.redis.url)}'`, () => redis.ping())
  const outgoing = new Outgoing({ catalog, keyring, redis, redisPrefix: config.redis.prefix, egress, log })
  const loader = new WorkLoader(catalog, keyring)
  const parking = new Parking({ places: config.maxParked, slots: config.slots, memoryMb: limits.memoryMb })
  const deps = { bus, sandboxes, scheduler, records, outgoing, loader, events, parking, leaseMs }
  open.use(startIntake(deps, config))

  const owned = open.move()
  return {
    health: () =>
      checkHealth(
        { nats: () => bus.connection.rtt(), redis: () => redisCall(redis.ping()) },
        {
          scheduler: (signal) => schedulerRpc.checkHealth(signal),
          records: (signal) => recordsRpc.checkHealth(signal),
        },
      ),
    facts: { sandbox: sandboxes.level },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
