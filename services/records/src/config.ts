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
    /** A server for each shard, in order, separated by commas. */
    CLICKHOUSE_URL: variable.text('http://127.0.0.1:8123').transform(shardUrls),
    /** Of all servers, unless CLICKHOUSE_URL names one. */
    CLICKHOUSE_USER: variable.text('default'),
    CLICKHOUSE_PASSWORD: variable.text(''),
    /** Is made if it is not there. */
    CLICKHOUSE_DATABASE: variable.text('syncline'),
    /** Name of a cluster on which the tables are replicated; empty = single servers. */
    RECORDS_CLUSTER: variable.text(''),
    /** Whether ClickHouse has an insert on disk (fsync) before it answers. */
    RECORDS_FSYNC: variable.oneOf(['on', 'off'], 'off'),
    /** Payloads of records that were not written for this long are dropped; their metadata stays. */
    RECORDS_PAYLOAD_TTL_DAYS: variable.whole(30, { ...days, least: 1 }),
    /** Superseded versions are kept for so long; 0 = not at all. */
    RECORDS_HISTORY_DAYS: variable.whole(7, days),
    /** Lines of runs, and details of their attempts, are kept for so long. */
    RUN_LOG_TTL_DAYS: variable.whole(15, { ...days, least: 1 }),
    /** How each run ended is kept for so long. */
    RUN_FACTS_TTL_DAYS: variable.whole(400, { ...days, least: 1 }),
    /** A stream on which no run has begun for so long is emptied; it is reported from half of it on. 0 = never. */
    RECORDS_STALE_SYNC_DAYS: variable.whole(60, days),
    /** Memory for the newest versions' hashes and instants, by which saves are compared without asking the database. */
    RECORDS_HEADS_MAX_BYTES: variable.whole(96 * MIB, bytes),
    /** Memory for changes that wait to be committed. An environment may hold as much of it as is free beside it. */
    RECORDS_WRITE_MAX_BYTES: variable.whole(96 * MIB, { ...bytes, least: MIB }),
    /** A page ends before its payloads are more than this; a single larger record is a page. */
    RECORDS_PAGE_MAX_BYTES: variable.whole(16 * MIB, { ...bytes, least: 1000 }),
    /**
     * A sync that would delete more than this share of a stream, and more than this many records, because it did not
     * save them again, deletes nothing and warns. A share of 1 allows every deletion. The count is for streams so small
     * that an ordinary day may delete half of them, such as 3 of 5 pipelines; users, projects and lists of a small
     * customer are tens of records, and an answer that lacks them must not delete them.
     */
    RECORDS_DELETE_GUARD_SHARE: variable.share(0.5),
    /** See RECORDS_DELETE_GUARD_SHARE. */
    RECORDS_DELETE_GUARD_COUNT: variable.whole(10, { least: 0, most: 1_000_000_000 }),
    /** Memory for pages that are read, and that wait for their clients. A page of the largest size takes 18 MiB of it. */
    RECORDS_READ_MAX_BYTES: variable.whole(64 * MIB, { ...bytes, least: MIB }),
    /** Memory for pages that are read before clients ask for them, or were read for one client and may serve others; 0 = none. */
    RECORDS_READ_AHEAD_BYTES: variable.whole(48 * MIB, bytes),
    /** Memory for what all previews of runs would change. One that finds none free ends there. */
    RECORDS_PREVIEW_MAX_BYTES: variable.whole(64 * MIB, { ...bytes, least: MIB }),
    /** A client that takes no piece of its page (1 MiB) for so long is cut off. */
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
