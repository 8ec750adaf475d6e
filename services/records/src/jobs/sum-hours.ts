import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { hoursToSum, ranges, sumHours } from '../tables/run-hours.ts'

/** Hours of one round, and of one statement: with 15 000 runs an hour, 15 million rows and 360 000 rows. */
const HOURS = 1000
const TOGETHER = 24

/**
 * Makes the sums of hours of which runs were inserted since, as soon as the hour is over. An instance that dies meanwhile leaves the old
 * sums, which are not used, and the next round makes them. Returns how many hours it was.
 */
export async function sumNewHours(
  clickhouse: ClickHouse,
  signal: AbortSignal,
  now = Date.now(),
): Promise<number> {
  const found = await hoursToSum(clickhouse, now, HOURS)
  const byEnvironment = Map.groupBy(found, ({ environment }) => environment)
  for (const [environment, hours] of byEnvironment) {
    const sorted = hours.map(({ hour }) => hour).sort((a, b) => a - b)
    for (const { first, last } of ranges(sorted)) {
      for (let from = first; from <= last; from += TOGETHER) {
        if (signal.aborted) return found.length
        await sumHours(
          clickhouse,
          environment,
          { first: from, last: Math.min(last, from + TOGETHER - 1) },
          now,
        )
      }
    }
  }
  return found.length
}
