import { cronSlots } from '../reconcile/repair.ts'
import type { AskedRunRow, ScheduleStore } from '../store/schedule-store.ts'

/** Starts schedules that are paused, those of cron with a second script. If some are missing, nothing was done with its ids. */
export async function startSome(
  schedules: ScheduleStore,
  ids: string[],
  command: string,
): Promise<{ missing: string[]; runs: AskedRunRow[] }> {
  const { missing, cron, runs } = await schedules.start(ids, command)
  if (missing.length > 0 || cron.length === 0) return { missing, runs }
  const slots = cronSlots(cron, schedules.now())
  const rest = await schedules.start(Object.keys(slots), command, slots)
  return { missing: rest.missing, runs: [...runs, ...rest.runs] }
}
