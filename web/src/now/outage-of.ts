import { outageReasons } from '../syncs/reasons.ts'

export type OutageReason = (typeof outageReasons)[number]

/** A reason of the whole system that makes a tenth of all schedules stale, or more: a banner tells it. Fewer are a row like others. */
export function outageOf({
  reasons,
  total,
}: {
  reasons: Record<string, number>
  total: number
}): OutageReason | null {
  return (
    outageReasons.find((reason) => (reasons[reason] ?? 0) > 0 && (reasons[reason] ?? 0) * 10 >= total) ?? null
  )
}
