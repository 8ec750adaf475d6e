import { frequencyLimits } from '@syncline/frequency'
import { variable } from '@syncline/service'
import { z } from 'zod'

export const Config = z
  .object({
    NATS_URL: variable.url('nats://127.0.0.1:4222'),
    NATS_PREFIX: variable.text('syncline'),
    NATS_REPLICAS: variable.whole(1),
    REDIS_URL: variable.url('redis://127.0.0.1:6379'),
    REDIS_PREFIX: variable.text('syncline'),
    RECORDS_ADDRESS: variable.text('127.0.0.1:50051'),
    LISTEN: variable.text('0.0.0.0:50052'),
    SCHEDULER_TICK_MS: variable.whole(50),
    SCHEDULER_RECONCILE_MS: variable.whole(300_000),
    SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: variable.whole(200),
    /** Runs that ended, kept in the list of an environment; each schedule keeps its last 50 beside that. */
    SCHEDULER_RUNS_KEPT: variable.whole(10_000),
    SCHEDULER_MAX_VARIANTS: variable.whole(100),
    RUN_LEASE_MS: variable.whole(30_000),
    RUN_QUEUE_TIMEOUT_MS: variable.whole(3_600_000),
    /** The shortest interval that a connection may ask for, such as `30s` or `5 minutes`. */
    SYNC_MIN_FREQUENCY: variable.interval('30s'),
  })
  .transform((env) => ({
    nats: { url: env.NATS_URL, prefix: env.NATS_PREFIX, replicas: env.NATS_REPLICAS },
    redis: { url: env.REDIS_URL, prefix: env.REDIS_PREFIX },
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
