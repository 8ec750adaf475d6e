import { cronGaps, type Gaps } from './cron.ts'
import type { Frequency } from './frequency.ts'

/** The shortest and longest time between two runs. */
export function gapsOf(frequency: Frequency): Gaps {
  if (frequency.kind === 'cron') return cronGaps(frequency)
  return { shortestMs: frequency.ms, longestMs: frequency.ms }
}
