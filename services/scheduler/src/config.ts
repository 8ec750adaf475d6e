import { frequencyLimits } from '@syncline/frequency'
import {
  milliseconds,
  natsConfig,
  natsVariables,
  redisConfig,
  redisVariables,
  variable,
} from '@syncline/service'
import { z } from 'zod'

export const Config = z
  .object({
    ...natsVariables,
    ...redisVariables,
    RECORDS_ADDRESS: variable.text('127.0.0.1:50051'),
    LISTEN: variable.text('0.0.0.0:50052'),
    /** How often the scheduler looks for what is due. */
    SCHEDULER_TICK_MS: variable.whole(50, { least: 10, most: 10_000 }),
    /** How often all schedules are compared with the catalog. */
    SCHEDULER_RECONCILE_MS: variable.whole(300_000, { least: 1000, most: milliseconds.most }),
    /** Runs in flight of an environment that has no limit of its own. Further ones wait in the queue. */
    SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: variable.whole(200, { least: 1, most: 100_000 }),
    /** Ended runs that are kept in Redis for each environment; each schedule keeps its last 50 beside that. */
    SCHEDULER_RUNS_KEPT: variable.whole(10_000, { least: 1, most: 1_000_000 }),
    /** Variants that a sync may have on a connection. */
    SCHEDULER_MAX_VARIANTS: variable.whole(100, { least: 0, most: 10_000 }),
    /** A run whose runner sends nothing for so long is given to another runner. Scheduler and runner need the same value. */
    RUN_LEASE_MS: variable.whole(20_000, { least: 1000, most: 3_600_000 }),
    /** A run that no runner takes for so long ends as lost. */
    RUN_QUEUE_TIMEOUT_MS: variable.whole(3_600_000, milliseconds),
    /** The shortest interval that a connection may ask for, such as `30s` or `5 minutes`. */
    SYNC_MIN_FREQUENCY: variable.interval('30s'),
  })
  .transform((env, context) => ({
    nats: natsConfig(env, context),
    redis: redisConfig(env),
    records: { address: env.RECORDS_ADDRESS },
    listen: env.LISTEN,
    tickMs: env.SCHEDULER_TICK_MS,
    reconcileMs: env.SCHEDULER_RECONCILE_MS,
    runs: {
      maxPerEnvironment: env.SCHEDULER_MAX_RUNS_PER_ENVIRONMENT,
      kept: env.SCHEDULER_RUNS_KEPT,
      leaseMs: env.RUN_LEASE_MS,
      queueTimeoutMs: env.RUN_QUEUE_TIMEOUT_MS,
    },
    maxVariants: env.SCHEDULER_MAX_VARIANTS,
    frequency: { ...frequencyLimits, minMs: env.SYNC_MIN_FREQUENCY },
  }))
export type Config = z.output<typeof Config>
