/** Names of the phases of an attempt, in their order. */
export const phaseNames = ['queued', 'begin', 'function', 'saves', 'settle'] as const
export type PhaseName = (typeof phaseNames)[number]

export type Phases = { [Name in `${PhaseName}_ms`]: number }

export interface Phase {
  name: PhaseName
  ms: number
  /** Of the bar, in percent. */
  width: number
}

export const phaseMeaning: Record<PhaseName, string> = {
  queued: 'It waited for a runner.',
  begin: 'Its runner prepared it: its code, its connection, a process.',
  function: 'Its function ran, without the writes of records.',
  saves: 'A write of records was under way while its function ran.',
  settle: 'What follows the function: last writes, delete detection, the log.',
}

/** Narrower ones could not be seen. */
const LEAST_PERCENT = 1.5

/**
 * Phases that took any time, as parts of a bar. Short ones are widened so that they can be seen; the others give that up in
 * proportion.
 */
export function phaseBar(phases: Phases): Phase[] {
  const given = phaseNames
    .map((name) => ({ name, ms: Math.max(0, phases[`${name}_ms`]) }))
    .filter(({ ms }) => ms > 0)
  const total = given.reduce((sum, { ms }) => sum + ms, 0)
  const shares = given.map(({ ms }) => (ms / total) * 100)
  const short = shares.filter((share) => share < LEAST_PERCENT)
  const long = 100 - short.reduce((sum, share) => sum + share, 0)
  const left = 100 - short.length * LEAST_PERCENT
  return given.map(({ name, ms }, i) => {
    const share = shares[i] ?? 0
    return { name, ms, width: share < LEAST_PERCENT ? LEAST_PERCENT : (share / long) * left }
  })
}
