import { AppError } from '@syncline/errors'

/** First words of replies by a server that is starting, failing over, out of memory, or short of disk or replicas. */
const TEMPORARY = new Set([
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
])

/**
 * The value of a call to Redis. While Redis cannot answer, the call fails with `unavailable` and may be repeated. Any
 * other reply (a fault of a script, a key of the wrong type) is a fault of ours and is thrown as it is.
 */
export async function redisCall<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof TypeError) throw cause
    // ioredis gives this name to replies; its other errors are about the connection.
    if (cause.name !== 'ReplyError') {
      throw new AppError('unavailable', `Redis does not answer: ${cause.message}`, { cause })
    }
    if (!TEMPORARY.has(cause.message.split(' ', 1)[0] ?? '')) throw cause
    throw new AppError('unavailable', `Redis refuses the call for now: ${cause.message}`, { cause })
  }
}
