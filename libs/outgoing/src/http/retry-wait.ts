import type { Retry } from '@syncline/catalog'
import type { EgressAnswer } from './egress-answer.ts'

const FIRST_WAIT_MS = 3000
const LONGEST_WAIT_MS = 10 * 60_000

const NETWORK_FAULTS = [
  'ECONNRESET',
  'ETIMEDOUT',
  'ECONNABORTED',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]

export type Result =
  | { kind: 'answer'; answer: EgressAnswer }
  | { kind: 'fault'; error: Error & { code?: string } }

/** The retry settings of the call and of the integration, and the attempt that failed. */
export interface RetryPolicy extends Retry {
  retryOn: number[]
  retryAfter: string[]
  retryAt: string[]
  tried: number
}

/** How long to wait before the next try; undefined = there is no point in one. */
export function retryWait(result: Result, policy: RetryPolicy, now: number): number | undefined {
  const growing = Math.min(FIRST_WAIT_MS * 2 ** policy.tried, LONGEST_WAIT_MS)
  if (result.kind === 'fault') {
    return NETWORK_FAULTS.includes(result.error.code ?? '') ? growing : undefined
  }
  if (!isWorthwhile(result.answer, policy)) return undefined
  const asked = waitAskedFor(result.answer.headers, policy, now)
  return asked === undefined ? growing : Math.min(Math.max(asked, 0), LONGEST_WAIT_MS)
}

function isWorthwhile({ status, headers }: EgressAnswer, policy: RetryPolicy): boolean {
  if (status < 400) return false
  if (policy.retryOn.includes(status)) return true
  const remaining = [policy.remaining ?? []].flat()
  if (remaining.some((name) => headers[name.toLowerCase()] === '0')) return true
  if (policy.statuses) return policy.statuses.includes(status)
  return status >= 500 || status === 429
}

/** The longest of what the response's headers ask for. */
function waitAskedFor(
  headers: EgressAnswer['headers'],
  policy: RetryPolicy,
  now: number,
): number | undefined {
  const after = [...policy.retryAfter, policy.after ?? [], 'retry-after'].flat()
  const at = [...policy.retryAt, policy.at ?? []].flat()
  const waits = [
    ...after.map((name) => afterMs(headers[name.toLowerCase()], now)),
    ...at.map((name) => atMs(headers[name.toLowerCase()], now)),
  ].filter((wait) => wait !== undefined)
  return waits.length > 0 ? Math.max(...waits) : undefined
}

/** Seconds, or as `Retry-After` may be, a date. */
function afterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value === '') return undefined
  const seconds = Number(value)
  return Number.isFinite(seconds) ? seconds * 1000 : instant(value, now)
}

/** Unix time in seconds, or a date. */
function atMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value === '') return undefined
  const seconds = Number(value)
  return Number.isFinite(seconds) ? seconds * 1000 - now : instant(value, now)
}

function instant(value: string, now: number): number | undefined {
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : at - now
}
