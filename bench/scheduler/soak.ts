// The memory of a runner, with the processes of its functions, over many runs.
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { residentMib } from '../process-usage.ts'
import { shown } from '../table.ts'
import { openBenchSystem } from './system.ts'
import { startTrivial, successes } from './trivial.ts'

const CONNECTIONS = 600
const EVERY_MS = 1000
/** At the end as after a fifth of the runs. */
const REACH = 1.15
const LIMIT_MS = 90 * 60_000

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const [connections, runs] = smoke ? [20, 60] : [CONNECTIONS, 100_000]
  await using bench = await openBenchSystem()
  await startTrivial(bench, connections)
  const runner = bench.pids().runner as number // the system has one
  const samples: { runs: number; mib: number }[] = []
  const until = Date.now() + LIMIT_MS
  for (let told = 0; successes(bench) < runs; ) {
    if (Date.now() > until) throw new Error(`only ${successes(bench)} of ${runs} runs ended`)
    await sleep(EVERY_MS)
    samples.push({ runs: successes(bench), mib: residentMib(runner) })
    if (successes(bench) - told < runs / 20) continue
    told = successes(bench)
    progress(`${told} runs, ${samples.at(-1)?.mib.toFixed(0)} MiB`)
  }
  const between = (from: number, to: number) =>
    median(samples.filter((each) => each.runs >= from * runs && each.runs <= to * runs).map(({ mib }) => mib))
  const tenths = Array.from({ length: 10 }, (_, n) => between(n / 10, (n + 1) / 10).toFixed(0))
  const [early, late] = [between(0.15, 0.3), between(0.85, 1)]
  return [
    {
      name: `memory of a runner and its processes over ${shown(runs)} runs, median of each tenth (MiB)`,
      value: `${tenths.join(', ')} (${(late / early).toFixed(2)}×)`,
      reach: `flat: ≤ ${REACH}×`,
      ok: late <= REACH * early,
    },
  ]
}
