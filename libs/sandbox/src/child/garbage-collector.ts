import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** A hundred realms or so. To collect them takes ten milliseconds. */
const GROWTH_BYTES = 48 * 1024 * 1024

/**
 * Collects the realms of runs that have ended. V8 by itself counts each of them as young twice, then as old, and lets them
 * grow to the limit of the heap.
 */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc') // realms do not get it
  let leftBytes = 0
  return () => {
    if (getHeapStatistics().used_heap_size - leftBytes < GROWTH_BYTES) return
    collect()
    leftBytes = getHeapStatistics().used_heap_size
  }
}
