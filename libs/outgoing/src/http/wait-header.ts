const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 }
/** Smaller numbers are a time to go: as a Unix time they are before the year 2002. */
const LEAST_UNIX_SECONDS = 1e9
/** Greater numbers are Unix milliseconds: as seconds they are after the year 5000. */
const MOST_UNIX_SECONDS = 1e11

/**
 * ms that a header such as `retry-after` or `x-ratelimit-reset` asks to wait, 0 for an instant that has passed. It may be
 * seconds to go (ms, if the header's name says so), a Unix time in seconds or milliseconds, a date, or a duration such as `6m0s`.
 * Undefined if it says nothing.
 *
 * @param clock The instant from which an instant in the header counts.
 */
export function untilMs(name: string, value: string | undefined, clock: number): number | undefined {
  const text = value?.trim() ?? ''
  const amount = leadingNumber(text)
  if (amount !== undefined) {
    if (amount >= MOST_UNIX_SECONDS) return Math.max(0, amount - clock)
    if (amount >= LEAST_UNIX_SECONDS) return Math.max(0, amount * 1000 - clock)
    return /(-ms|milliseconds)$/i.test(name) ? amount : amount * 1000
  }
  if (/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) {
    const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)
    return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS], 0)
  }
  // An HTTP date or an ISO date. `Date.parse` alone finds dates in other texts, too.
  const at = /^([A-Z][a-z]{2,8},? |\d{4}-\d\d-\d\d)/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock)
}

/** Of a header with several numbers (`100, 100;w=60`) the first; no negative ones. */
export function leadingNumber(text: string | undefined): number | undefined {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(?:[,;].*)?$/.exec(text ?? '')
  return found ? Number(found[1]) : undefined
}

/** Undefined if no wait is known. */
export function longest(waits: (number | undefined)[]): number | undefined {
  const known = waits.filter((wait) => wait !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}
