import { takeNextGeneration } from '../commit/next-generation.ts'
import type { Shard } from '../shard.ts'
import { lastUse, registerReport, type Unused, unusedSince } from '../tables/stream-use.ts'

const DAY_MS = 24 * 3600 * 1000

/**
 * Empties streams on which no run has begun for `days`: their syncs were removed, paused, or can't start. After half of
 * that time a stream is reported. It is emptied no sooner than half of that time after its report, so operators get a
 * warning first even if nothing could run for months.
 */
export async function retireStreams(shard: Shard, days: number, signal: AbortSignal): Promise<void> {
  const now = shard.clock()
  const limitMs = days * DAY_MS
  const unused = await unusedSince(shard.clickhouse, now - limitMs / 2)
  shard.events.unused(unused.length)
  for (const each of unused) {
    if (signal.aborted) return
    if (each.reportedAt <= each.usedAt) {
      await registerReport(shard.clickhouse, each.id, now)
      const retiresAt = Math.max(each.usedAt + limitMs, now + limitMs / 2)
      shard.events.unusedReported(each.stream, each.usedAt, retiresAt)
    } else if (each.usedAt <= now - limitMs && each.reportedAt <= now - limitMs / 2) {
      await retire(shard, each, signal)
    }
  }
}

async function retire(shard: Shard, { stream, id, usedAt }: Unused, signal: AbortSignal): Promise<void> {
  await shard.writes.operate({ stream, writer: undefined, signal }, async (granted) => {
    // A run may have begun meanwhile.
    const isUsed = granted.snapshot.id !== id || (await lastUse(shard.clickhouse, id)) > usedAt
    if (isUsed) return { result: { kind: 'unchanged' }, value: undefined }
    const end = await takeNextGeneration(shard.clickhouse, granted)
    if ('value' in end) shard.events.retired(stream, usedAt)
    return end
  })
}
