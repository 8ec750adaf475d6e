import { hash } from 'node:crypto'

/**
 * Which of some names a key belongs to (rendezvous hashing): all who ask agree, keys are spread evenly, and a name that
 * comes or goes moves only the keys that it gets or had.
 */
export function rendezvous(key: string, names: Iterable<string>): string | undefined {
  let best: { name: string; weight: string } | undefined
  for (const name of names) {
    const weight = hash('sha256', `${name} ${key}`)
    if (best === undefined || weight > best.weight) best = { name, weight }
  }
  return best?.name
}
