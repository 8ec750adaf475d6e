import { InvalidArgumentError } from 'commander'

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A time in ISO 8601 with an offset, or so long ago: `30m`, `2h`, `7d`. */
export function readTime(text: string, _before?: unknown, now = Date.now()): string {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined) return new Date(now - Number(count) * (UNITS[unit] ?? 0)).toISOString()
  if (/^\d{4}-.*(Z|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))) return text
  throw new InvalidArgumentError('must be such as 30m, 2h, 7d, or 2026-11-27T09:00:00Z.')
}
