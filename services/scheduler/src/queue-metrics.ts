import type { Catalog } from '@syncline/catalog'
import { metrics } from '@syncline/service'
import type { State } from './store/state.ts'

/** Environments that metrics name; the others are one. */
const NAMED_MAX = 20
/** Of Redis, in one round trip. */
const CHUNK = 200
const LANES = ['triggered', 'fresh', 'first'] as const

const depth = metrics.gauge('queue_runs', 'Runs that wait for a runner', ['lane'])
const inLane = metrics.gauge('runs_running', 'Runs in flight', ['lane'])
const byEnvironment = metrics.gauge(
  'environment_runs_running',
  'Runs in flight in the environments that have the most',
  ['environment'],
)
const full = metrics.gauge('environments_full', 'Environments with as many runs in flight as may be')

interface Counts {
  running: number
  waiting: number
}

/** Reads how many runs wait and are in flight. Each scheduler says the same: take the maximum over instances, not the sum. */
export async function sampleQueue(state: State, catalog: Catalog, maxRuns: number): Promise<void> {
  for (const lane of LANES) {
    const [counts] = await read(state, [`lane:${lane}`])
    depth.set({ lane }, counts?.waiting ?? 0)
    inLane.set({ lane }, counts?.running ?? 0)
  }
  const environments = catalog.environments.list()
  const found: { name: string; running: number }[] = []
  let fullOnes = 0
  for (let i = 0; i < environments.length; i += CHUNK) {
    const chunk = environments.slice(i, i + CHUNK)
    const counts = await read(
      state,
      chunk.map(({ name }) => `env:${name}`),
    )
    for (const [index, { name, maxRuns: own = maxRuns }] of chunk.entries()) {
      const running = counts[index]?.running ?? 0
      if (running > 0) found.push({ name, running })
      if (running >= own) fullOnes++
    }
  }
  found.sort((a, b) => b.running - a.running)
  byEnvironment.reset()
  for (const { name, running } of found.slice(0, NAMED_MAX)) byEnvironment.set({ environment: name }, running)
  const others = found.slice(NAMED_MAX).reduce((sum, { running }) => sum + running, 0)
  byEnvironment.set({ environment: 'other' }, others)
  full.set(fullOnes)
}

function read(state: State, keys: string[]): Promise<Counts[]> {
  return state.ask((redis) =>
    Promise.all(
      keys.map(async (key) => {
        const [running, waiting] = await redis.hmget(state.key(key), 'running', 'waiting')
        return { running: Number(running ?? 0), waiting: Number(waiting ?? 0) }
      }),
    ),
  )
}
