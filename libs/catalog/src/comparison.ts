import { orAborted, repeat, timeLimit } from '@syncline/async'
import type { Bus } from '@syncline/bus'
import type { Follower } from './follower.ts'

const EVERY_MS = 3_600_000
const RETRY_MS = 10_000
const TIMEOUT_MS = 5 * 60_000

/** Compares the catalog with the bucket whenever NATS was away, and once an hour. */
export function compareRegularly(
  bus: Bus,
  follower: Follower,
  onError: (error: unknown) => void,
): AsyncDisposable {
  // It was loaded a moment ago.
  let fresh = true
  const comparing = repeat(
    EVERY_MS,
    async (signal) => {
      using limit = timeLimit(TIMEOUT_MS, signal)
      if (!fresh) await orAborted(follower.compare(), limit.signal)
      fresh = false
    },
    { onFailure: onError, retryMs: RETRY_MS },
  )
  const onStatus = async () => {
    // These events end with the connection, so nobody waits for that here.
    for await (const { type } of bus.connection.status()) if (type === 'reconnect') comparing.wake()
  }
  onStatus().catch(onError)
  return comparing
}
