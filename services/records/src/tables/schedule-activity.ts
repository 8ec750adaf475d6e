import type { ListScheduleActivityRequest, ScheduleActivity } from '@syncline/proto'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { sql } from '../clickhouse/sql.ts'

const DAY_MS = 24 * 3_600_000

/** Runs of schedules by day, from `run_fact_by_schedule`. */
export async function scheduleActivity(
  reads: ReadClient,
  { environment, schedules, fromMs, days }: ListScheduleActivityRequest,
): Promise<ScheduleActivity[]> {
  const none = () => Array.from({ length: days }, () => 0)
  const found = new Map(schedules.map((id) => [id, { changes: none(), runs: none(), failures: none() }]))
  if (found.size === 0) return []
  const rows = await reads.select(
    sql`SELECT schedule, toUInt32(intDiv(finished_at - ${fromMs}, ${DAY_MS})) AS day, sum(added + updated + deleted), count(),
        countIf(fingerprint != 0)
      FROM run_fact_by_schedule FINAL
      WHERE environment = ${environment} AND schedule IN ${[...found.keys()]}
        AND finished_at >= ${fromMs} AND finished_at < ${fromMs + days * DAY_MS}
      GROUP BY schedule, day SETTINGS do_not_merge_across_partitions_select_final = 1`,
    (row) => ({
      ...{ schedule: row.string(), day: row.uint32() },
      ...{ changes: row.int64(), runs: row.int64(), failures: row.int64() },
    }),
  )
  for (const { schedule, day, ...counts } of rows) {
    const activity = found.get(schedule)
    if (activity === undefined) continue
    activity.changes[day] = counts.changes
    activity.runs[day] = counts.runs
    activity.failures[day] = counts.failures
  }
  return schedules.map((id) => found.get(id) ?? { changes: none(), runs: none(), failures: none() })
}
