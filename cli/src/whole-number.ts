import { InvalidArgumentError } from 'commander'

/** Reads an option that is a number of runs, or the like. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}.`)
  }
}

/** At least 1, or `none`. */
export type Limit = number | 'none'

export function limit(max: number): (text: string) => Limit {
  const read = wholeNumber(1, max)
  return (text) => (text === 'none' ? text : read(text))
}

export const RUNS_MAX = 100_000
export const WEIGHT_MAX = 100
