import { repeat } from '@syncline/async'
import { freshness, type Reason, reasons } from '../schedules/freshness.ts'
import type { View } from '../store/facts.ts'
import type { Found, Views } from '../store/views.ts'
import type { StaleEvents } from './stale-events.ts'

const SWEEP_MS = 5000
/** Schedules of one script. */
const BATCH = 200
/** A schedule that stays stale is looked at again after this time: its reason may be another one. */
const AGAIN_MS = 60_000
/** No sweep for so long: no scheduler worked. */
const DOWN_MS = 60_000
const COUNT_MS = 15_000

type Deps = { views: Views; events: StaleEvents }

/** Finds schedules that become stale, and those that are fresh again, and tells each once. Any number of instances may do it. */
export function sweepStaleRegularly(deps: Deps): AsyncDisposable {
  const { events } = deps
  const open = new AsyncDisposableStack()
  open.use(repeat(SWEEP_MS, () => sweepStale(deps), { onFailure: events.staleSweepFailed }))
  open.use(repeat(COUNT_MS, () => countStale(deps), { onFailure: events.staleSweepFailed }))
  return open
}

/** One round; returns whether there are more. */
export async function sweepStale({ views, events }: Deps, limit = BATCH): Promise<boolean> {
  const due = await views.sweep(limit, { againMs: AGAIN_MS, downMs: DOWN_MS })
  const now = views.now()
  const marked = await views.markStale(due.flatMap((view) => found(view, now)))
  if (marked > 0) events.schedulesMarkedStale(marked)
  return due.length === limit
}

function found({ schedule, facts }: View, now: number): Found[] {
  const { freshUntil, stale } = freshness({ ...facts, now, expectedSince: 0 })
  if (stale === undefined) return []
  const { reason, since, message } = stale
  return [{ id: schedule.id, freshAt: schedule.freshAt, reason, since, staleSince: freshUntil, message }]
}

/** Costs as many reads as there are deployed syncs and reasons. */
export async function countStale({ views, events }: Deps): Promise<void> {
  const { schedules, stale } = await views.countStale(reasons)
  const now = views.now()
  events.staleCounted(
    schedules,
    stale.map(({ reason, count, since }: { reason: Reason; count: number; since: number }) => ({
      reason,
      count,
      oldestMs: count === 0 ? 0 : now - since,
    })),
  )
}
