import { Redis } from 'ioredis'

export type { Redis }

const COMMAND_TIMEOUT_MS = 5000

/**
 * A client that reconnects for ever; while Redis is away each command fails after 5 s, so that callers can say so.
 * `onError` is called for lost connections. Close with `disconnect()`.
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableAutoPipelining: true, // a commit asks for the locks of hundreds of streams in one tick
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 1000),
  })
  redis.on('error', onError)
  return redis
}
