import type { Handler } from '../http/handler.ts'
import { FACTS_DEADLINE_MS } from '../run-list/facts-or-none.ts'

const DAY_MS = 24 * 3_600_000

export const listScheduleActivity: Handler<'listScheduleActivity'> = async (
  { runFacts },
  { environment, query: { ids, days } },
) => {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const fromMs = today - (days - 1) * DAY_MS
  const { schedules } = await runFacts.listScheduleActivity(
    { environment, schedules: ids, fromMs, days },
    { deadline: FACTS_DEADLINE_MS },
  )
  return {
    days: Array.from({ length: days }, (_, i) => new Date(fromMs + i * DAY_MS).toISOString().slice(0, 10)),
    schedules: ids.map((id, i) => {
      const { changes = [], runs = [], failures = [] } = schedules[i] ?? {}
      return {
        id,
        changes: filled(changes, days),
        runs: filled(runs, days),
        failures: filled(failures, days),
      }
    }),
  }
}

const filled = (counts: number[], days: number) => Array.from({ length: days }, (_, day) => counts[day] ?? 0)
