const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8000

const passing = [408, 429, 502, 503, 504]

/**
 * Whether a request may be repeated after it failed in a way that passes. Every PUT, PATCH and DELETE of the API sets what it
 * names, so that a repetition changes nothing more; the server knows a repeated POST by its idempotency key.
 */
export function mayRepeat(method: string, idempotencyKey: string | undefined): boolean {
  return method !== 'POST' || idempotencyKey !== undefined
}

/** How an action ended: to ask again would begin it again. */
const verdicts = ['in_doubt', 'action_timed_out']

/** Whether the same call may succeed later: the server was not reached, is busy, or restarts. */
export function mayPass({ status, code }: { status: number; code: string }): boolean {
  if (code === 'no_answer') return true
  return passing.includes(status) && !verdicts.includes(code)
}

/** How long to wait before repetition number `repetition`, from 1: at most twice as long each time, and a random part of that. */
export function backoffMs(repetition: number, random: () => number = Math.random): number {
  const most = Math.min(FIRST_WAIT_MS * 2 ** (repetition - 1), LONGEST_WAIT_MS)
  return Math.round(most / 2 + (random() * most) / 2)
}

/** What a `Retry-After` header says: seconds, or a date. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.round(seconds * 1000) : undefined
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
