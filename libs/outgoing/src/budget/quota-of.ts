import type { Retry } from '@syncline/catalog'
import type { EgressAnswer } from '../http/egress-answer.ts'
import { leadingNumber, longest, untilMs } from '../http/wait-header.ts'

/** What an answer says about the quota of its caller. */
export interface Quota {
  /** The API has refused the call for its rate, or says that nothing remains. */
  usedUp: boolean
  /** Time until it may be tried again, or until the API counts again. */
  waitMs?: number
  remaining?: number
  /** Calls in the period that `remaining` counts down. */
  limit?: number
}

type Headers = EgressAnswer['headers']
type Answer = Pick<EgressAnswer, 'status' | 'headers'>

/** Families of headers that many APIs have. Names that a provider gives win. */
const FAMILIES = ['ratelimit', 'x-ratelimit', 'x-rate-limit']
const DAY_MS = 24 * 3_600_000

/** Undefined if the answer says nothing about it. */
export function quotaOf(
  { status, headers }: Answer,
  retry: Retry | undefined,
  now: number,
): Quota | undefined {
  const clock = clockOf(headers, now)
  const count = structured(headers) ?? counted(headers, retry, clock)
  const refused = status === 429 || (status === 403 && count?.remaining === 0)
  if (!refused) {
    // What is not said to be so for some time may be over by now.
    if (count === undefined || !(count.waitMs && count.waitMs > 0)) return undefined
    return { usedUp: count.remaining === 0, ...count }
  }
  const wait = (name: string) => untilMs(name, headers[name.toLowerCase()], clock)
  const after = longest([...list(retry?.after), 'retry-after'].map(wait))
  // A reset counts if the API says that nothing remains, or nothing about it.
  const reset = count ? (count.remaining ? undefined : count.waitMs) : longest(list(retry?.at).map(wait))
  const waitMs = after ?? reset
  return { usedUp: true, ...(waitMs !== undefined && waitMs > 0 && { waitMs }) }
}

/** The API's own clock, as its instants are of that; ours, if it gives none or one that cannot be meant. */
function clockOf({ date }: Headers, now: number): number {
  const at = Date.parse(date ?? '')
  return Math.abs(at - now) < DAY_MS ? at : now
}

/**
 * `ratelimit` as IETF drafts have it, now with one item per policy (`"default";r=50;t=30`), before with one for all
 * (`limit=100, remaining=50, reset=30`). Of several policies, that of which least remains.
 */
function structured(headers: Headers): Omit<Quota, 'usedUp'> | undefined {
  const { ratelimit: text } = headers
  if (text === undefined) return undefined
  if (/\bremaining\s*=/i.test(text)) return item(text, /[,;]/, 'remaining', 'reset', 'limit')
  const policies = new Map(
    split(headers['ratelimit-policy'] ?? '', /,/).map((policy) => [policyName(policy), policy]),
  )
  const items = split(text, /,/).map((policy) => {
    const found = item(policy, /;/, 'r', 't', 'l')
    const limit = leadingNumber(params(policies.get(policyName(policy)) ?? '', /;/).get('q'))
    return found && { ...found, ...(limit !== undefined && { limit }) }
  })
  return least(items.filter((found) => found !== undefined))
}

const policyName = (policy: string) => policy.split(';', 1)[0]?.trim() ?? ''

function item(text: string, separator: RegExp, remainingName: string, resetName: string, limitName: string) {
  const found = params(text, separator)
  const remaining = leadingNumber(found.get(remainingName))
  const seconds = leadingNumber(found.get(resetName))
  const limit = leadingNumber(found.get(limitName))
  if (remaining === undefined) return undefined
  return {
    remaining,
    ...(seconds !== undefined && { waitMs: seconds * 1000 }),
    ...(limit !== undefined && { limit }),
  }
}

const params = (text: string, separator: RegExp) =>
  new Map(
    split(text, separator).map((param): [string, string] => {
      const [name = '', value = ''] = param.split('=', 2)
      return [name.trim().toLowerCase(), value.trim()]
    }),
  )

const split = (text: string, separator: RegExp) =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** Headers with one number each. */
function counted(
  headers: Headers,
  retry: Retry | undefined,
  clock: number,
): Omit<Quota, 'usedUp'> | undefined {
  if (retry?.remaining) {
    const remaining = list(retry.remaining).flatMap(
      (name) => leadingNumber(headers[name.toLowerCase()]) ?? [],
    )
    if (remaining.length === 0) return undefined
    const names = [...list(retry.at), ...FAMILIES.map((family) => `${family}-reset`)]
    // Several headers may count several periods. The one that is named first is as good as any, unless it is 0.
    const waits = names.map((name) => untilMs(name, headers[name.toLowerCase()], clock))
    const waitMs = retry.at ? longest(waits.slice(0, list(retry.at).length)) : undefined
    const found = waitMs ?? waits.find((wait) => wait !== undefined)
    return { remaining: Math.min(...remaining), ...(found !== undefined && { waitMs: found }) }
  }
  const found = FAMILIES.flatMap((family) => {
    const remaining = leadingNumber(headers[`${family}-remaining`])
    if (remaining === undefined) return []
    const reset = `${family}-reset`
    const waitMs =
      longest(list(retry?.at).map((name) => untilMs(name, headers[name.toLowerCase()], clock))) ??
      untilMs(reset, headers[reset], clock)
    const limit = leadingNumber(headers[`${family}-limit`])
    return [{ remaining, ...(waitMs !== undefined && { waitMs }), ...(limit !== undefined && { limit }) }]
  })
  return least(found)
}

const list = (names: string | string[] | undefined): string[] => [names ?? []].flat()

function least<T extends { remaining: number; waitMs?: number }>(counts: T[]): T | undefined {
  return counts.toSorted((a, b) => a.remaining - b.remaining || (b.waitMs ?? 0) - (a.waitMs ?? 0))[0]
}
