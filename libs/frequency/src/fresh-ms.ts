import type { Frequency } from './frequency.ts'
import { gapsOf } from './gaps.ts'
import { intervalMs } from './interval-ms.ts'

/**
 * How old the records of a schedule may be before they are stale: `fresh`, or twice the interval of its frequency (of a
 * cron expression, twice its longest gap). The frequency of a connection may be lower than `fresh` allows: then it is
 * twice the interval too, as each of its slots would come too late.
 */
export function freshMsOf(frequency: Frequency, fresh?: string): number {
  const { longestMs } = gapsOf(frequency)
  const freshMs = fresh === undefined ? 0 : (intervalMs(fresh) ?? 0)
  return freshMs >= longestMs ? freshMs : 2 * longestMs
}
