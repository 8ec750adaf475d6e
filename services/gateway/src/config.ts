import { join, resolve } from 'node:path'
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
import { adminKeyOf } from './admin-key.ts'

const MIB = 1024 * 1024
const ROOT = join(import.meta.dirname, '../../..')

export const Config = z
  .object({
    /** Interface of the REST API. */
    HOST: variable.text('0.0.0.0'),
    /** Port of the REST API. */
    PORT: variable.port(3003),
    ...natsVariables,
    ...redisVariables,
    /** Where records answers, as `host:port`; a name may have several addresses. */
    RECORDS_ADDRESS: variable.text('127.0.0.1:50051'),
    /** Where the scheduler answers, as `host:port`; a name may have several addresses. */
    SCHEDULER_ADDRESS: variable.text('127.0.0.1:50052'),
    /**
     * Keys that encrypt credentials, as `name:base64` separated by commas. The first one encrypts, all decrypt. Gateway and runner have
     * the same.
     */
    SYNCLINE_KEYRING: variable.text(),
    /** Opens the routes of environments and keys: 32 characters or more. Without it, and SYNCLINE_ADMIN_KEY_FILE, nobody may call them. */
    SYNCLINE_ADMIN_KEY: variable.text(''),
    /** A file with the admin key. If there is none, the gateway makes it, with a random key. */
    SYNCLINE_ADMIN_KEY_FILE: variable.text(''),
    /** Requests that each key may send in a minute; 0 = any number. */
    GATEWAY_REQUESTS_PER_MINUTE: variable.whole(0, { least: 0, most: 1_000_000 }),
    /** How long a request waits for the scheduler before it answers 202. */
    COMMAND_TIMEOUT_MS: variable.whole(5000, milliseconds),
    /** How long an action may take: in the gateway one that a client calls, in the runner one that a function calls. */
    ACTION_TIMEOUT_MS: variable.whole(120_000, { least: 1000, most: 3_600_000 }),
    /** Synchronous actions of one environment at a time through this process, waiting ones included. Further ones are refused. */
    ACTIONS_MAX_PER_ENVIRONMENT: variable.whole(50, { least: 1, most: 10_000 }),
    /**
     * Synchronous actions of all environments at a time through this process, waiting ones included; each may hold 3 MB. Further ones
     * are refused.
     */
    ACTIONS_MAX: variable.whole(200, { least: 1, most: 10_000 }),
    /**
     * MiB that Redis may use for requests with an Idempotency-Key, of one environment. The answers that expire first are dropped first.
     */
    IDEMPOTENCY_MAX_MIB_PER_ENVIRONMENT: variable.whole(256, { least: 1, most: 1_000_000 }),
    /**
     * MiB that Redis may use for requests with an Idempotency-Key, of all environments. The answers that expire first are dropped
     * first.
     */
    IDEMPOTENCY_MAX_MIB: variable.whole(1024, { least: 1, most: 1_000_000 }),
    /** Largest `limit` of a page of records. */
    RECORDS_MAX_LIMIT: variable.whole(500, { least: 1, most: 10_000 }),
    /** Connections of clients at a time. Above it, idle ones are closed; if none is idle, new ones get a 503. */
    HTTP_MAX_CONNECTIONS: variable.whole(10_000, { least: 1, most: 1_000_000 }),
    /** How long the line and headers of a request may take to arrive. */
    HTTP_HEADERS_TIMEOUT_MS: variable.whole(15_000, milliseconds),
    /** How long the body of a request may take to arrive. A proxied request has PROXY_ANSWER_TIMEOUT_MS. */
    HTTP_BODY_TIMEOUT_MS: variable.whole(60_000, milliseconds),
    /** How long a client may take to receive an answer, from its first byte. A proxied request has PROXY_TIMEOUT_MS. */
    HTTP_ANSWER_TIMEOUT_MS: variable.whole(300_000, milliseconds),
    /** Proxied requests of all environments at a time. Further ones are refused. */
    PROXY_MAX: variable.whole(128, { least: 1, most: 10_000 }),
    /** Proxied requests of one environment at a time. Further ones are refused. */
    PROXY_MAX_PER_ENVIRONMENT: variable.whole(64, { least: 1, most: 10_000 }),
    /** Proxied requests of one connection at a time. Further ones are refused. */
    PROXY_MAX_PER_CONNECTION: variable.whole(32, { least: 1, most: 10_000 }),
    /** How long a proxied request may take until the answer of the API begins, with all waits and retries. */
    PROXY_ANSWER_TIMEOUT_MS: variable.whole(240_000, { least: 100, most: 300_000 }),
    /** How long a proxied request may take in all, also for a client that reads slowly. */
    PROXY_TIMEOUT_MS: variable.whole(1_800_000, { least: 100, most: 86_400_000 }),
    /** Folder of the built dashboard; by default `web/dist` of the repository. */
    WEB_DIR: variable.text(''),
    /** Folder of the built documentation; by default `docs/.vitepress/dist` of the repository. */
    DOCS_DIR: variable.text(''),
    /** Proxies in front of the gateway, whose `X-Forwarded-*` count: addresses, networks, or `loopback`, `linklocal`, `uniquelocal`. */
    TRUSTED_PROXIES: variable.list([]),
    /** Origins whose pages may call the API; `*` allows all, `none` allows none. */
    CORS_ORIGINS: variable.list(['*']),
    /** Largest body of a deployment. Other requests have at most 1 MiB. */
    BODY_MAX_BYTES: variable.whole(32 * MIB, { least: 1024, most: 512 * MIB }),
    /** The shortest interval that a sync may have, such as `30s` or `5 minutes`. */
    SYNC_MIN_FREQUENCY: variable.interval('30s'),
    /** Hosts without a public address that requests may go to, as `host` or `host:port`. Gateway and runner have the same. */
    EGRESS_ALLOW_HOSTS: variable.list([]),
    /** Only for tests: every request goes to this origin instead. */
    EGRESS_REDIRECT_TO: variable.url(''),
  })
  .transform((env, context) => ({
    adminKey: adminKeyOf(env, context),
    requestsPerMinute: env.GATEWAY_REQUESTS_PER_MINUTE,
    http: {
      host: env.HOST,
      port: env.PORT,
      bodyMaxBytes: env.BODY_MAX_BYTES,
      maxConnections: env.HTTP_MAX_CONNECTIONS,
      corsOrigins: env.CORS_ORIGINS,
      trustedProxies: env.TRUSTED_PROXIES,
      pages: {
        web: resolve(env.WEB_DIR || join(ROOT, 'web/dist')),
        docs: resolve(env.DOCS_DIR || join(ROOT, 'docs/.vitepress/dist')),
      },
      timeouts: {
        headersMs: env.HTTP_HEADERS_TIMEOUT_MS,
        bodyMs: env.HTTP_BODY_TIMEOUT_MS,
        rawBodyMs: env.PROXY_ANSWER_TIMEOUT_MS,
        answerMs: env.HTTP_ANSWER_TIMEOUT_MS,
        handlerMs: Math.max(env.ACTION_TIMEOUT_MS, env.PROXY_ANSWER_TIMEOUT_MS),
      },
    },
    proxy: {
      max: env.PROXY_MAX,
      perEnvironment: env.PROXY_MAX_PER_ENVIRONMENT,
      perConnection: env.PROXY_MAX_PER_CONNECTION,
      answerMs: env.PROXY_ANSWER_TIMEOUT_MS,
      wholeMs: env.PROXY_TIMEOUT_MS,
    },
    nats: natsConfig(env, context),
    redis: redisConfig(env),
    egress: { allowHosts: env.EGRESS_ALLOW_HOSTS, redirectTo: env.EGRESS_REDIRECT_TO },
    recordsAddress: env.RECORDS_ADDRESS,
    schedulerAddress: env.SCHEDULER_ADDRESS,
    keyring: env.SYNCLINE_KEYRING,
    commandTimeoutMs: env.COMMAND_TIMEOUT_MS,
    actions: {
      timeoutMs: env.ACTION_TIMEOUT_MS,
      perEnvironment: env.ACTIONS_MAX_PER_ENVIRONMENT,
      inAll: env.ACTIONS_MAX,
    },
    idempotency: {
      perEnvironment: env.IDEMPOTENCY_MAX_MIB_PER_ENVIRONMENT * MIB,
      inAll: env.IDEMPOTENCY_MAX_MIB * MIB,
    },
    limits: {
      records: env.RECORDS_MAX_LIMIT,
      frequency: { ...frequencyLimits, minMs: env.SYNC_MIN_FREQUENCY },
    },
  }))

export type Config = z.infer<typeof Config>
