import { frequencyLimits } from '@syncline/frequency'
import { variable } from '@syncline/service'
import { z } from 'zod'

const MIB = 1024 * 1024

export const Config = z
  .object({
    HOST: variable.text('0.0.0.0'),
    PORT: variable.port(3003),
    NATS_URL: variable.url('nats://127.0.0.1:4222'),
    NATS_PREFIX: variable.text('syncline'),
    NATS_REPLICAS: variable.whole(1),
    REDIS_URL: variable.url('redis://127.0.0.1:6379'),
    REDIS_PREFIX: variable.text('syncline'),
    RECORDS_ADDRESS: variable.text('127.0.0.1:50051'),
    SCHEDULER_ADDRESS: variable.text('127.0.0.1:50052'),
    SYNCLINE_KEYRING: variable.text(),
    /** How long a request waits for the scheduler before it answers 202. */
    COMMAND_TIMEOUT_MS: variable.whole(5000),
    /** Largest `limit` of a page of records. */
    RECORDS_MAX_LIMIT: variable.whole(500),
    BODY_MAX_BYTES: variable.whole(32 * MIB),
    /** The shortest interval that a sync may have, such as `30s` or `5 minutes`. */
    SYNC_MIN_FREQUENCY: variable.interval('30s'),
    /** `host` or `host:port` that we may call for a connection though it is not a public address. The runner has the same. */
    EGRESS_ALLOW_HOSTS: variable.list([]),
    /** For tests: every request goes to this origin instead. */
    EGRESS_REDIRECT_TO: variable.url(''),
  })
  .transform((env) => ({
    http: { host: env.HOST, port: env.PORT, bodyMaxBytes: env.BODY_MAX_BYTES },
    nats: { url: env.NATS_URL, prefix: env.NATS_PREFIX, replicas: env.NATS_REPLICAS },
    redis: { url: env.REDIS_URL, prefix: env.REDIS_PREFIX },
    egress: { allowHosts: env.EGRESS_ALLOW_HOSTS, redirectTo: env.EGRESS_REDIRECT_TO },
    recordsAddress: env.RECORDS_ADDRESS,
    schedulerAddress: env.SCHEDULER_ADDRESS,
    keyring: env.SYNCLINE_KEYRING,
    commandTimeoutMs: env.COMMAND_TIMEOUT_MS,
    limits: {
      records: env.RECORDS_MAX_LIMIT,
      frequency: { ...frequencyLimits, minMs: env.SYNC_MIN_FREQUENCY },
    },
  }))

export type Config = z.infer<typeof Config>
