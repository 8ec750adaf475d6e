import { Cron as Pattern } from 'croner'
import type { Cron } from './frequency.ts'

const DAY_MS = 24 * 3600 * 1000
/** Gaps are measured over the days of a year and its end, and over so many times of a pattern that comes often. */
const SAMPLE_FROM = Date.UTC(2023, 11, 31)
const SAMPLE_DAYS = 400
const SAMPLE_TIMES = 120
/** To measure the gaps of an expression takes 20 ms. */
const MEASURED_MAX = 1000

/** Five fields and perhaps a zone. `?` would mean the time of reading, and is not part of the grammar. */
export function readCron(words: string[]): Cron | { problem: string } {
  const [zone = 'UTC', ...more] = words.slice(5)
  const expression = words.slice(0, 5).join(' ')
  if (more.length > 0) return { problem: 'has more than five cron fields and a time zone' }
  if (expression.includes('?')) return { problem: "has a '?', which is not a cron field here" }
  if (!isZone(zone))
    return { problem: `names the time zone '${zone}', which is not known; a known one is 'Europe/Berlin'` }
  const cron: Cron = { kind: 'cron', expression, zone }
  try {
    if (nextCronTime(cron, SAMPLE_FROM) === undefined) return { problem: 'never comes' }
  } catch (error) {
    return { problem: `is not cron: ${error instanceof Error ? error.message : error}` }
  }
  return cron
}

/** The first time of `cron` after an instant. */
export function nextCronTime(cron: Cron, afterMs: number): number | undefined {
  const pattern = new Pattern(cron.expression, { mode: '5-part', timezone: cron.zone })
  return pattern.nextRun(new Date(afterMs))?.getTime()
}

export type Gaps = { shortestMs: number; longestMs: number }

const measured = new Map<string, Gaps>()

/** The shortest and longest time between two runs; in UTC, where no hour is lost or doubled by summer time. */
export function cronGaps({ expression }: Cron): Gaps {
  const known = measured.get(expression)
  if (known) return known
  const gaps = measureGaps(expression)
  if (measured.size >= MEASURED_MAX) measured.clear()
  measured.set(expression, gaps)
  return gaps
}

function measureGaps(expression: string): Gaps {
  const pattern = new Pattern(expression, { mode: '5-part', timezone: 'UTC' })
  const times = pattern.nextRuns(SAMPLE_TIMES, new Date(SAMPLE_FROM)).map((time) => time.getTime())
  let shortestMs = Number.POSITIVE_INFINITY
  let longestMs = 0
  for (let i = 1; i < times.length; i++) {
    const gap = (times[i] ?? 0) - (times[i - 1] ?? 0)
    shortestMs = Math.min(shortestMs, gap)
    longestMs = Math.max(longestMs, gap)
  }
  // Those times may all lie in one busy day of the year.
  for (let day = 0; day < SAMPLE_DAYS; day++) {
    const from = SAMPLE_FROM + day * DAY_MS
    longestMs = Math.max(
      longestMs,
      (pattern.nextRun(new Date(from))?.getTime() ?? Number.POSITIVE_INFINITY) - from,
    )
  }
  return { shortestMs, longestMs }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
