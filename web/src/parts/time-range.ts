/** Stretches of time up to now, as the address has them. */
export const ranges = {
  '1h': 'last hour',
  '24h': 'last 24 hours',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
  '90d': 'last 90 days',
  '365d': 'last year',
} as const

export const rangeOptions = Object.entries(ranges).map(([value, label]) => ({ value, label }))

const HOUR = 3_600_000
const units: Record<string, number> = { h: HOUR, d: 24 * HOUR }
const MINUTE = 60_000

/** Milliseconds of `24h` or `7d`; undefined = it is not a length of time. */
export function rangeMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([hd])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * (units[unit] ?? 0)
}

/**
 * Begin of a stretch of time that ends now, as an instant of the API. It moves with the minute, not with the millisecond: a request is the
 * same one as long as it can be.
 */
export function beginOf(range: string, now: number): string | undefined {
  const ms = rangeMs(range)
  if (ms === undefined) return undefined
  return new Date(Math.floor(now / MINUTE) * MINUTE - ms).toISOString()
}
