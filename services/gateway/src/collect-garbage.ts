import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog } from '@syncline/catalog'
import type { Events } from './events.ts'

const EVERY_MS = 10 * 60_000

/**
 * Removes what the catalog has left in NATS, every ten minutes. The gateway does it because it is what makes garbage:
 * deployments and deletions come through it. Instances need not agree: each may do it at any time.
 */
export function collectGarbage(
  { garbage }: Pick<Catalog, 'garbage'>,
  events: Pick<Events, 'garbageCollected' | 'garbageCollectionFailed'>,
  everyMs = EVERY_MS,
): AsyncDisposable {
  const stop = new AbortController()
  const collecting = (async () => {
    // At a time of its own, so that instances started together do not all do it at once.
    let waitMs = Math.random() * everyMs
    while (!stop.signal.aborted) {
      await sleep(waitMs, undefined, { signal: stop.signal }).catch(() => {})
      if (stop.signal.aborted) return
      await garbage.collect().then(events.garbageCollected, events.garbageCollectionFailed)
      waitMs = everyMs
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await collecting
    },
  }
}
