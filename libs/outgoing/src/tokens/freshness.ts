import type { Token } from '@syncline/catalog'

/** The last part of a token's life, in which one process renews it while the others use it. */
const DUE_PART = 0.3
const DUE_MS = 5 * 60_000
/** Before its end: requests take time, and clocks differ. */
const MARGIN_PART = 0.1
const MARGIN_MS = 30_000
/** Of a token of which nobody knows when it was made. */
const USUAL_LIFE_MS = 3_600_000

/**
 * `due`: it works, and shall be renewed now. `jitter` (0 to 1) decides when in the second half of the due time that begins, so that
 * processes do not begin at once, nor one process with all connections.
 */
export function freshness(
  token: Token | undefined,
  now: number,
  jitter: number,
): 'fresh' | 'due' | 'expired' {
  if (token === undefined) return 'expired'
  const { expiresAt, obtainedAt } = token
  if (expiresAt === undefined) return 'fresh'
  const lifeMs = obtainedAt === 0 ? USUAL_LIFE_MS : Math.max(expiresAt - obtainedAt, 0)
  if (now >= expiresAt - Math.min(MARGIN_MS, lifeMs * MARGIN_PART)) return 'expired'
  const dueMs = Math.min(DUE_MS, lifeMs * DUE_PART) * (0.5 + jitter / 2)
  return now >= expiresAt - dueMs ? 'due' : 'fresh'
}
