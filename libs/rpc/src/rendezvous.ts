import { hash } from 'node:crypto'

/**
 * The name that a key belongs to, by rendezvous hashing: every process gets the same answer, keys are spread evenly, and
 * a name that is added or removed moves only its own share of the keys.
 */
export function rendezvous(key: string, names: Iterable<string>): string | undefined {
  let best: { name: string; weight: string } | undefined
  for (const name of names) {
    const weight = hash('sha256', `${name} ${key}`)
    if (best === undefined || weight > best.weight) best = { name, weight }
  }
  return best?.name
}
