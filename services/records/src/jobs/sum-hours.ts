import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { hoursToSum, ranges, sumHours } from '../tables/run-hours.ts'

/** Hours that are looked for at a time, and summed by one statement: with 15 000 runs an hour, 360 000 rows. */
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
  let count = 0
  for (;;) {
    const found = await hoursToSum(clickhouse, now, HOURS)
    count += found.length
    for (const [environment, hours] of Map.groupBy(found, (it) => it.environment)) {
      const sorted = hours.map(({ hour }) => hour).sort((a, b) => a - b)
      for (const { first, last } of ranges(sorted)) {
        for (let from = first; from <= last; from += TOGETHER) {
          if (signal.aborted) return count
          const some = { first: from, last: Math.min(last, from + TOGETHER - 1) }
          await sumHours(clickhouse, environment, some, now)
        }
      }
    }
    if (found.length < HOURS) return count
  }
}
