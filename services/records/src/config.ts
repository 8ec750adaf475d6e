import {
  bytes,
  days,
  milliseconds,
  natsConfig,
  natsVariables,
  redisConfig,
  redisVariables,
  variable,
} from '@syncline/service'
import { z } from 'zod'
import { shardUrls } from './shard-urls.ts'

const MIB = 1024 * 1024

export const Config = z
  .object({
    /** Where this service answers, as `host:port`: by default port 50051 for records, 50052 for the scheduler. */
    LISTEN: variable.text('0.0.0.0:50051'),
    ...redisVariables,
    /** Events of runs come from there. While it is away, records answers everything else. */
    ...natsVariables,
    /** URL of ClickHouse; with several shards one URL for each, in order, separated by commas. */
    CLICKHOUSE_URL: variable.text('http://127.0.0.1:8123').transform(shardUrls),
    /** User of all servers, unless CLICKHOUSE_URL names one. */
    CLICKHOUSE_USER: variable.text('default'),
    /** Password of CLICKHOUSE_USER. */
    CLICKHOUSE_PASSWORD: variable.text(''),
    /** Database of the tables. It is created if it does not exist. */
    CLICKHOUSE_DATABASE: variable.text('syncline'),
    /** Name of a cluster on which the tables are replicated; empty = single servers. */
    RECORDS_CLUSTER: variable.text(''),
    /** Whether ClickHouse has an insert on disk (fsync) before it answers. */
    RECORDS_FSYNC: variable.oneOf(['on', 'off'], 'off'),
    /** Payloads of records that were not written for this long are dropped; their metadata stays. */
    RECORDS_PAYLOAD_TTL_DAYS: variable.whole(30, { ...days, least: 1 }),
    /** How long superseded versions are kept; 0 = not at all. */
    RECORDS_HISTORY_DAYS: variable.whole(7, days),
    /** How long log lines of runs and details of their attempts are kept. */
    RUN_LOG_TTL_DAYS: variable.whole(15, { ...days, least: 1 }),
    /** How long it is kept how each run ended. */
    RUN_FACTS_TTL_DAYS: variable.whole(400, { ...days, least: 1 }),
    /** A stream is emptied when no run has begun on it for so long. It is reported after half of that time. 0 = never. */
    RECORDS_STALE_SYNC_DAYS: variable.whole(60, days),
    /**
     * Memory for hashes of the newest versions, about 90 bytes a record. Saves of streams that fit are compared without asking
     * ClickHouse.
     */
    RECORDS_HEADS_MAX_BYTES: variable.whole(96 * MIB, bytes),
    /** Memory for changes that wait to be committed. Environments share it fairly. */
    RECORDS_WRITE_MAX_BYTES: variable.whole(96 * MIB, { ...bytes, least: MIB }),
    /** A page ends before its payloads are more than this; a single larger record is a page. */
    RECORDS_PAGE_MAX_BYTES: variable.whole(16 * MIB, { ...bytes, least: 1000 }),
    /**
     * A deletion by a sync is held back if it is more than this share of a stream, and more than RECORDS_DELETE_GUARD_COUNT records. 1
     * allows every deletion.
     */
    RECORDS_DELETE_GUARD_SHARE: variable.share(0.5),
    /**
     * A sync may delete so many records of a stream, whatever share of it they are. More is held back if it is also more than
     * RECORDS_DELETE_GUARD_SHARE.
     */
    RECORDS_DELETE_GUARD_COUNT: variable.whole(10, { least: 0, most: 1_000_000_000 }),
    /** Memory for pages that are being read or wait for their clients. The largest page takes 18 MiB of it. */
    RECORDS_READ_MAX_BYTES: variable.whole(64 * MIB, { ...bytes, least: MIB }),
    /** Memory for pages that are read before clients ask for them, and pages that may serve several clients; 0 = none. */
    RECORDS_READ_AHEAD_BYTES: variable.whole(48 * MIB, bytes),
    /** Memory for the changes of all previews that run. A preview that finds none free ends there. */
    RECORDS_PREVIEW_MAX_BYTES: variable.whole(64 * MIB, { ...bytes, least: MIB }),
    /** A client that takes no part of its page (1 MiB) for so long is disconnected. */
    RECORDS_READ_SLOW_CLIENT_MS: variable.whole(30_000, milliseconds),
  })
  .transform((env, context) => ({
    listen: env.LISTEN,
    redis: redisConfig(env),
    nats: natsConfig(env, context),
    shards: env.CLICKHOUSE_URL.map((url) => ({
      url,
      user: env.CLICKHOUSE_USER,
      password: env.CLICKHOUSE_PASSWORD,
      database: env.CLICKHOUSE_DATABASE,
    })),
    cluster: env.RECORDS_CLUSTER,
    fsync: env.RECORDS_FSYNC === 'on',
    deleteGuard: { share: env.RECORDS_DELETE_GUARD_SHARE, count: env.RECORDS_DELETE_GUARD_COUNT },
    headBytes: env.RECORDS_HEADS_MAX_BYTES,
    writeBytes: env.RECORDS_WRITE_MAX_BYTES,
    pageBytes: env.RECORDS_PAGE_MAX_BYTES,
    previewBytes: env.RECORDS_PREVIEW_MAX_BYTES,
    read: {
      maxBytes: env.RECORDS_READ_MAX_BYTES,
      cacheBytes: env.RECORDS_READ_AHEAD_BYTES,
      slowClientMs: env.RECORDS_READ_SLOW_CLIENT_MS,
    },
    keep: {
      payloadDays: env.RECORDS_PAYLOAD_TTL_DAYS,
      staleDays: env.RECORDS_STALE_SYNC_DAYS,
      historyDays: env.RECORDS_HISTORY_DAYS,
      runLogDays: env.RUN_LOG_TTL_DAYS,
      runFactsDays: env.RUN_FACTS_TTL_DAYS,
    },
  }))

export type Config = z.infer<typeof Config>

/** The ClickHouse server of a shard. */
export type ShardServer = Config['shards'][number]
