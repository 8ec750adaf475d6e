import type { Frequency } from './frequency.ts'
import { units } from './units.ts'

/**
 * The text that replies and status show, the same for every way to write it: `60m` and `every hour` both give
 * `every hour`. `parseFrequency` reads it back.
 */
export function formatFrequency(frequency: Frequency): string {
  if (frequency.kind === 'cron') {
    return frequency.zone === 'UTC' ? frequency.expression : `${frequency.expression} ${frequency.zone}`
  }
  const { name, ms } = units.find((unit) => frequency.ms % unit.ms === 0) ?? { name: 'second', ms: 1000 }
  const count = frequency.ms / ms
  return count === 1 ? `every ${name}` : `every ${count} ${name}s`
}
