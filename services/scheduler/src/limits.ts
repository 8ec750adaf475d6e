import { inChunks, type ReconcileDeps } from './reconcile.ts'
import { CHECKED_AT_ONCE } from './store/schedule-store.ts'

/** Of an environment ('' as integration), or of one of its integrations. Absent: the default. */
export interface Limit {
  environment: string
  integration: string
  maxRuns?: number | undefined
  weight?: number | undefined
}

/** Makes the limits in Redis what the catalog says. */
export async function followLimits(
  { schedules, wake }: Pick<ReconcileDeps, 'schedules' | 'wake'>,
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
      wake(limit.environment)
    }
  }
}
