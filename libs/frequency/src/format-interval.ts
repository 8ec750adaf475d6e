import { units } from './units.ts'

/** A length of time as `intervalMs` reads it: `1 hour`, `15 minutes`. */
export function formatInterval(ms: number): string {
  const { name, ms: unitMs } = units.find((unit) => ms % unit.ms === 0) ?? { name: 'second', ms: 1000 }
  const count = ms / unitMs
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
