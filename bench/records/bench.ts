import type { Clients } from './clients.ts'
import type { Counts } from './jobs.ts'
import type { Peer } from './peers.ts'
import type { Sizes } from './sizes.ts'

/** What every figure works with. */
export type Bench = {
  peer: Peer
  clients: Clients
  sizes: Sizes
  progress: (text: string) => void
  /** Takes down the result of a run. */
  result: (key: string, value: number) => void
}

export async function timedMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** A store that is fast because it does something else is no peer. */
export function expectCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`)
}

/**
 * Of changes. A call that meets the end of its connection's age is sent again, and may have been done the first time: it
 * then finds its records unchanged. A few of them are no other work.
 */
export function expectSaved(
  kind: keyof Counts,
  counts: Counts,
  expected: number,
  repeatedShare = REPEATED_SHARE,
): void {
  const { added, updated, unchanged, deleted } = counts
  const repeated = kind === 'unchanged' ? 0 : expected - counts[kind]
  if (repeated < 0 || repeated > repeatedShare * (added + updated + unchanged + deleted)) {
    throw new Error(`${kind}: ${counts[kind]} instead of ${expected}`)
  }
}

const REPEATED_SHARE = 0.02
