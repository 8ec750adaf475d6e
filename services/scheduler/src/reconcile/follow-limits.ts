import { inChunks } from '../in-chunks.ts'
import { CHECKED_AT_ONCE, type Limit } from '../store/schedule-store.ts'
import type { ReconcileDeps } from './repair.ts'

/** Makes the limits in Redis what the catalog says. */
export async function followLimits(
  { schedules, notices }: Pick<ReconcileDeps, 'schedules' | 'notices'>,
  limits: Iterable<Limit>,
): Promise<void> {
  for (const some of inChunks(limits, CHECKED_AT_ONCE)) {
    const present = await Promise.all(
      some.map(({ environment, integration }) => schedules.limit(environment, integration)),
    )
    for (const [i, limit] of some.entries()) {
      const { maxRuns, weight } = present[i] ?? {}
      if (maxRuns === limit.maxRuns && weight === limit.weight) continue
      await schedules.setLimit(limit)
      notices.wakeRunners()
    }
  }
}
