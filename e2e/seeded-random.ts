import { hash, randomInt } from 'node:crypto'
import { onTestFailed } from 'vitest'

/**
 * Random numbers from 0 to 1 for one test. The seed comes from the environment variable `variable`; without it, it is
 * new. `command` with that seed repeats the test with the same numbers; it is printed at the start and when the test fails.
 */
export function seededRandom(variable: string, command: string): () => number {
  const seed = process.env[variable] || String(randomInt(2 ** 32))
  const replay = `${variable}=${seed} ${command}`
  console.log(`random numbers of this run: ${replay}`)
  onTestFailed(() => console.error(`to repeat it with the same random numbers: ${replay}`))
  let drawn = 0
  return () => hash('sha256', `${seed} ${drawn++}`, 'buffer').readUInt32BE() / 2 ** 32
}
