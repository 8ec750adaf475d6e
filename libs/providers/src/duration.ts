import { intervalMs } from '@syncline/frequency'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const

/** Of `30s`, `5m`, `2 hours`; undefined if it is not one. */
export function durationMs(text: string): number | undefined {
  return intervalMs(text) || undefined
}

/** The shortest text that `durationMs` reads back. */
export function durationText(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? ['s', 1000]
  return `${ms / length}${unit}`
}
