import { setTimeout as sleep } from 'node:timers/promises'
import type { Bus } from '@syncline/bus'
import type { Follower } from './follower.ts'

const EVERY_MS = 3_600_000
const RETRY_MS = 10_000

/** Compares the catalog with the bucket whenever NATS was away, and once an hour. */
export function compareRegularly(
  bus: Bus,
  follower: Follower,
  onError: (error: unknown) => void,
): AsyncDisposable {
  const stop = new AbortController()
  let reconnected = new AbortController()
  const onStatus = async () => {
    // These events end with the connection, so nobody waits for that here.
    for await (const { type } of bus.connection.status()) if (type === 'reconnect') reconnected.abort()
  }
  onStatus().catch(onError)

  const comparing = (async () => {
    let waitMs = EVERY_MS
    while (!stop.signal.aborted) {
      await sleep(waitMs, undefined, { signal: AbortSignal.any([stop.signal, reconnected.signal]) }).catch(
        () => {},
      )
      if (stop.signal.aborted) return
      reconnected = new AbortController()
      try {
        await follower.compare()
        waitMs = EVERY_MS
      } catch (error) {
        onError(error)
        waitMs = RETRY_MS
      }
    }
  })()

  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await comparing
    },
  }
}
