import { frequencyLimits, readFrequency } from '@syncline/frequency'
import { variable } from '@syncline/service'
import { z } from 'zod'

const MIB = 1024 * 1024

export const Config = z
  .object({
    HOST: variable.text('0.0.0.0'),
    PORT: variable.port(3003),
    NATS_URL: variable.url(),
    NATS_PREFIX: variable.text('syncline'),
    NATS_REPLICAS: variable.whole(1),
    RECORDS_ADDRESS: variable.text(),
    SCHEDULER_ADDRESS: variable.text(),
    SYNCLINE_KEYRING: variable.text(),
    /** How long a request waits for the scheduler before it answers 202. */
    COMMAND_TIMEOUT_MS: variable.whole(5000),
    /** Largest `limit` of a page of records. */
    RECORDS_MAX_LIMIT: variable.whole(500),
    BODY_MAX_BYTES: variable.whole(32 * MIB),
    SYNC_MIN_FREQUENCY: variable.text('every 30 seconds'),
  })
  .transform((env) => ({
    http: { host: env.HOST, port: env.PORT, bodyMaxBytes: env.BODY_MAX_BYTES },
    nats: { url: env.NATS_URL, prefix: env.NATS_PREFIX, replicas: env.NATS_REPLICAS },
    recordsAddress: env.RECORDS_ADDRESS,
    schedulerAddress: env.SCHEDULER_ADDRESS,
    keyring: env.SYNCLINE_KEYRING,
    commandTimeoutMs: env.COMMAND_TIMEOUT_MS,
    limits: {
      records: env.RECORDS_MAX_LIMIT,
      frequency: { ...frequencyLimits, minMs: intervalMs(env.SYNC_MIN_FREQUENCY) },
    },
  }))

export type Config = z.infer<typeof Config>

function intervalMs(text: string): number {
  const frequency = readFrequency(text)
  if (frequency.kind === 'cron') throw new Error(`SYNC_MIN_FREQUENCY is '${text}': must be an interval`)
  return frequency.ms
}
