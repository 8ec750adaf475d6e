/** Timers of more than 2^31 ms, 24 days, would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

/** A time limit that a caller gives, as timers take it: `Infinity` is 24 days. */
export function milliseconds(name: string, value: number): number {
  if (!(value > 0)) throw new TypeError(`${name} is ${value}: give a number of milliseconds above 0`)
  return Math.min(Math.ceil(value), TIMER_MAX_MS)
}
