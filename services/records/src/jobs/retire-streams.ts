import { takeNextGeneration } from '../commit/next-generation.ts'
import type { Store } from '../store.ts'
import { lastUse, registerReport, type Unused, unusedSince } from '../tables/stream-use.ts'

const DAY_MS = 24 * 3600 * 1000

/**
 * Empties streams on which no run has begun for `days`: their syncs were removed, paused, or can't start. After half of
 * that time a stream is reported. It is emptied no sooner than half of that time after its report, so operators get a
 * warning first even if nothing could run for months.
 */
export async function retireStreams(store: Store, days: number, signal: AbortSignal): Promise<void> {
  const now = store.clock()
  const limitMs = days * DAY_MS
  const unused = await unusedSince(store.clickhouse, now - limitMs / 2)
  store.events.unused(unused.length)
  for (const each of unused) {
    if (signal.aborted) return
    if (each.reportedAt <= each.usedAt) {
      await registerReport(store.clickhouse, each.id, now)
      const retiresAt = Math.max(each.usedAt + limitMs, now + limitMs / 2)
      store.events.unusedReported(each.stream, each.usedAt, retiresAt)
    } else if (each.usedAt <= now - limitMs && each.reportedAt <= now - limitMs / 2) {
      await retire(store, each, signal)
    }
  }
}

async function retire(store: Store, { stream, id, usedAt }: Unused, signal: AbortSignal): Promise<void> {
  await store.writes.operate({ stream, writer: undefined, signal }, async (granted) => {
    // A run may have begun meanwhile.
    const isUsed = granted.snapshot.id !== id || (await lastUse(store.clickhouse, id)) > usedAt
    if (isUsed) return { result: { kind: 'unchanged' }, value: undefined }
    const end = await takeNextGeneration(store.clickhouse, granted)
    if ('value' in end) store.events.retired(stream, usedAt)
    return end
  })
}
