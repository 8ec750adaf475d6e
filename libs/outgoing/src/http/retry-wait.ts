import type { Retry } from '@syncline/catalog'
import { quotaOf } from '../budget/quota-of.ts'
import type { EgressAnswer } from './egress-answer.ts'
import { longest, untilMs } from './wait-header.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const FIRST_WAIT_MS = 3 * SECOND
const LONGEST_OWN_WAIT_MS = 10 * MINUTE
/** What an API asks for may be longer than our own wait: the caller decides whether it waits so long. */
const LONGEST_ASKED_WAIT_MS = 24 * 60 * MINUTE

const NETWORK_FAULTS = [
  'ECONNRESET',
  'ETIMEDOUT',
  'ECONNABORTED',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'broken_content_encoding',
]
/** What they mean does not pass. */
const LASTING_5XX = [501, 505]

/** What decides on another try. */
export type AnswerHead = Pick<EgressAnswer, 'status' | 'headers' | 'method'>

/** `answer.method` is that of the last request; `sent` is false if no byte of the call has left. */
export type Result =
  | { kind: 'answer'; answer: AnswerHead }
  | { kind: 'fault'; error: Error & { code?: string; sent?: boolean } }

/** The retry settings of the call and of the integration, and the attempt that failed. */
export interface RetryPolicy extends Retry {
  method: string
  /** It may be repeated, whatever its method is. */
  idempotent: boolean
  retryOn: number[]
  retryAfter: string[]
  retryAt: string[]
  tried: number
}

export interface Wait {
  ms: number
  /** `named`: the API asks for so much time. `growing`: our own wait, which depends on how often the call was tried. */
  cause: 'named' | 'growing'
}

/** The wait before the next attempt. Undefined: there is no point in one, or it could process the call twice. */
export function retryWait(
  result: Result,
  policy: RetryPolicy,
  now: number,
  random: () => number,
): Wait | undefined {
  if (!isWorthwhile(result, policy, now) || !isSafe(result, policy)) return undefined
  const own = ownWait(policy.tried, random)
  if (result.kind === 'fault') return { ms: own, cause: 'growing' }
  const asked = Math.min(waitAskedFor(result.answer, policy, now), LONGEST_ASKED_WAIT_MS)
  return asked > own ? { ms: asked, cause: 'named' } : { ms: own, cause: 'growing' }
}

/** Doubles with each attempt; between half and all of it, so that clients that failed together do not come back together. */
export function ownWait(tried: number, random: () => number): number {
  const most = Math.min(FIRST_WAIT_MS * 2 ** tried, LONGEST_OWN_WAIT_MS)
  return Math.round(most * (0.5 + random() / 2))
}

function isWorthwhile(result: Result, policy: RetryPolicy, now: number): boolean {
  if (result.kind === 'fault') return NETWORK_FAULTS.includes(result.error.code ?? '')
  const { status } = result.answer
  if (status < 400) return false
  if (policy.retryOn.includes(status) || isUsedUp(result.answer, policy, now)) return true
  // A 403 mostly means that something is not allowed, and never will be.
  if (status === 403) return 'retry-after' in result.answer.headers
  return (status >= 500 && !LASTING_5XX.includes(status)) || (policy.statuses ?? []).includes(status)
}

/** The answer refuses the call because the quota is used up. */
function isUsedUp(answer: AnswerHead, policy: RetryPolicy, now: number): boolean {
  return answer.status >= 400 && quotaOf(answer, policy, now)?.usedUp === true
}

/** Whether a request that was processed may be processed again. */
export function isRepeatable({ method, idempotent }: { method: string; idempotent?: boolean }): boolean {
  return idempotent === true || (method !== 'POST' && method !== 'PATCH')
}

/** Whether the call may be sent again: it is idempotent, or has not been processed. */
function isSafe(result: Result, policy: RetryPolicy): boolean {
  if (isRepeatable(policy)) return true
  if (result.kind === 'fault') return result.error.sent === false
  const { status, method } = result.answer
  if (policy.retryOn.includes(status)) return true
  // The redirect to a GET was the answer of a server that had processed the call.
  if (method !== policy.method) return false
  return status < 500 || status === 503
}

/** The longest wait that the answer's headers ask for. 0: none. */
function waitAskedFor(answer: AnswerHead, policy: RetryPolicy, now: number): number {
  const after = [...policy.retryAfter, policy.after ?? [], 'retry-after'].flat()
  const at = isUsedUp(answer, policy, now) ? [...policy.retryAt, policy.at ?? []].flat() : []
  return longest([...after, ...at].map((name) => untilMs(name, answer.headers[name.toLowerCase()], now))) ?? 0
}
