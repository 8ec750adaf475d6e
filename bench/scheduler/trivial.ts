// Runs of a function that does nothing, from slot to history, with one runner: with and without reused processes.
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { watchCpu } from '../process-usage.ts'
import { shown } from '../table.ts'
import { type BenchSystem, openBenchSystem } from './system.ts'

/** More than can run in a second. */
const CONNECTIONS = 300
const WARM_LIMIT_MS = 10 * 60_000

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const sizes = smoke
    ? { connections: 20, warmUpS: 2, seconds: 3, rounds: 1 }
    : { connections: CONNECTIONS, warmUpS: 20, seconds: 20, rounds: 3 }
  return [
    ...(await trivial('bundle', 200, sizes, progress)),
    ...(await trivial('never', 22, sizes, progress)),
  ]
}

interface Sizes {
  connections: number
  warmUpS: number
  seconds: number
  rounds: number
}

async function trivial(
  reuse: 'bundle' | 'never',
  reach: number,
  sizes: Sizes,
  progress: Options['progress'],
): Promise<Figure[]> {
  await using bench = await openBenchSystem({ SANDBOX_REUSE: reuse })
  await startTrivial(bench, sizes.connections)
  await untilWarm(bench, sizes.connections)
  await sleep(sizes.warmUpS * 1000)
  const rates: number[] = []
  const costs: Record<string, number>[] = []
  for (let round = 1; round <= sizes.rounds; round++) {
    const cpu = watchCpu(bench.pids())
    const before = successes(bench)
    const startedAt = performance.now()
    await sleep(sizes.seconds * 1000)
    const runs = successes(bench) - before
    rates.push((runs / (performance.now() - startedAt)) * 1000)
    costs.push(
      Object.fromEntries(Object.entries(cpu()).map(([name, seconds]) => [name, (seconds * 1000) / runs])),
    )
    progress(`SANDBOX_REUSE=${reuse}: ${shown(rates.at(-1))} runs a second ${JSON.stringify(costs.at(-1))}`)
  }
  const failed = [...bench.ended].filter(([outcome]) => outcome !== 'success')
  const by = Object.keys(costs[0] ?? {}).map((name) => {
    return { name, ms: median(costs.map((round) => round[name] ?? Number.NaN)) }
  })
  const sum = by.reduce((total, { ms }) => total + ms, 0)
  const parts = by
    .filter(({ ms }) => ms >= 0.01)
    .map(({ name, ms }) => `${name} ${shown(ms)}`)
    .join(', ')
  const rate = median(rates)
  return [
    {
      name: `trivial runs in a second, one runner, SANDBOX_REUSE=${reuse}`,
      value: `${shown(rate)}${failed.length > 0 ? `; also ${failed.map((each) => each.join(' ')).join(', ')}` : ''}`,
      reach: `≥ ${reach}`,
      ok: rate >= reach && failed.length === 0,
    },
    {
      name: `processor for each of them (ms), SANDBOX_REUSE=${reuse}`,
      value: `${shown(sum)} (${parts})`,
      reach: '',
      ok: true,
    },
  ]
}

/**
 * The first run of a stream makes it known to the record store, which costs more than all the rest. First syncs get a fifth of the
 * slots while others wait, so they would last through all rounds.
 */
async function untilWarm(bench: BenchSystem, connections: number): Promise<void> {
  const until = Date.now() + WARM_LIMIT_MS
  while (bench.succeeded.size < connections) {
    if (Date.now() > until) throw new Error(`only ${bench.succeeded.size} of ${connections} connections ran`)
    await sleep(500)
  }
}

/** More runs are due than there can be. */
export async function startTrivial(bench: BenchSystem, connections: number): Promise<void> {
  const client = await bench.environment('bench')
  await bench.addSync(client, { name: 'trivial', frequency: 'every second', connections, exec: '' })
}

export const successes = (bench: BenchSystem) => bench.ended.get('success') ?? 0
