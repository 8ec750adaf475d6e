const MIB = 1024 ** 2
const TIMEOUT_MS = 5000

/**
 * What a process made by `runService` says of itself. `loopDelayMs`: the longest delay of its event loop since the
 * process was asked last (it is measured every 10 ms, and those are part of it).
 */
export async function processMetrics(opsUrl: string) {
  const answer = await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  const text = await answer.text()
  const metric = (name: string) => {
    const [, value] = text.match(new RegExp(`^syncline_nodejs_${name} (\\S+)$`, 'm')) ?? []
    if (value === undefined) throw new Error(`/metrics has no syncline_nodejs_${name}`)
    return Number(value)
  }
  return {
    heapMb: Math.round(metric('heap_size_used_bytes') / MIB),
    /** Buffers, which are outside of the heap. */
    externalMb: Math.round(metric('external_memory_bytes') / MIB),
    loopDelayMs: metric('eventloop_lag_max_seconds') * 1000,
  }
}
