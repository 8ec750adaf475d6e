import { formatInterval } from './format-interval.ts'
import type { Frequency } from './frequency.ts'

/**
 * The text that replies and status show, the same for every way to write it: `60m` and `every hour` both give
 * `every hour`. `parseFrequency` reads it back.
 */
export function formatFrequency(frequency: Frequency): string {
  if (frequency.kind === 'cron') {
    return frequency.zone === 'UTC' ? frequency.expression : `${frequency.expression} ${frequency.zone}`
  }
  return `every ${formatInterval(frequency.ms).replace(/^1 /, '')}`
}
