import { AppError } from '@syncline/errors'
import { readCron } from './cron.ts'
import type { Frequency } from './frequency.ts'
import { unitMs } from './units.ts'

const INTERVAL = /^(?:every )?(?:(\d{1,9}(?:\.\d{1,3})?) ?)?([a-z]+(?: [a-z]+)?)$/

/**
 * Reads `every 30 minutes`, `every hour`, `30m`, `every half day`, or five cron fields with an optional time zone:
 * `0 6 * * 1-5 Europe/Berlin`. Any length is accepted: for text that was held to the limits before.
 */
export function readFrequency(text: string): Frequency {
  const words = text.trim().split(/\s+/)
  if (words.length >= 5) {
    const cron = readCron(words)
    if ('problem' in cron) throw refused(text, cron.problem)
    return cron
  }
  const [, count = '1', unit = ''] = INTERVAL.exec(words.join(' ').toLowerCase()) ?? []
  const unitLengthMs = unitMs.get(unit)
  if (unitLengthMs === undefined) {
    throw refused(
      text,
      "is neither an interval like 'every 30 minutes' nor cron like '0 6 * * 1-5 Europe/Berlin'",
    )
  }
  return { kind: 'every', ms: Math.round(Number(count) * unitLengthMs) }
}

export function refused(text: string, rule: string): AppError {
  return new AppError('invalid_frequency', `frequency '${text}' ${rule}`)
}
