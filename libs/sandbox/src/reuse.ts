const MINUTE = 60_000

/** `bundle`: a child serves runs of one bundle of one tenant, one after the other. `never`: each run has a child of its own. */
export const reusePolicies = ['bundle', 'never'] as const
export type ReusePolicy = (typeof reusePolicies)[number]

/** When a child that has served runs ends. */
export interface ReuseLimits {
  runs: number
  ageMs: number
  /** More memory than after its first run. */
  growthMb: number
  /** Children that wait for another run of what they have served. The one that has waited longest ends first. */
  idle: number
  idleMs: number
}

export const defaultReuseLimits: ReuseLimits = {
  runs: 1000,
  ageMs: 10 * MINUTE,
  growthMb: 96,
  idle: 8,
  idleMs: MINUTE,
}

/** Whose code a child may serve again: another run of the same tenant with a bundle of the same hash. */
export interface ReuseKey {
  tenant: string
  hash: string
}

/** Different for different keys, whatever is in them. */
export const keyText = ({ tenant, hash }: ReuseKey): string => JSON.stringify([tenant, hash])

/** What a child has done so far. */
export interface Served {
  runs: number
  sinceMs: number
  firstMb: number
  nowMb: number
}

export function isSpent(
  { runs, sinceMs, firstMb, nowMb }: Served,
  limits: ReuseLimits,
  now: number,
): boolean {
  return runs >= limits.runs || now - sinceMs >= limits.ageMs || nowMb - firstMb > limits.growthMb
}
