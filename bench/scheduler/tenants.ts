// How soon a triggered run of one environment begins beside thousands of connections of another one.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { probe, startTimes } from './start-times.ts'
import { openBenchSystem } from './system.ts'
import { successes } from './trivial.ts'

const REACH_TIMES = 2
const REACH_MS = 250
const SETTLE_MS = 10 * 60_000

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const [connections, starts] = smoke ? [40, 10] : [2000, 300]
  await using bench = await openBenchSystem()
  const small = await bench.environment('small')
  await bench.addSync(small, probe)
  await startTimes(bench, small, { starts: smoke ? 3 : 20, everyMs: 50 })
  progress('starts, idle')
  const idle = await startTimes(bench, small, { starts, everyMs: 100 })

  progress(`${connections} connections of another environment, each every 30 seconds`)
  const large = await bench.environment('large')
  const before = successes(bench)
  const exec = "await nango.get({ endpoint: '/list' })"
  await bench.addSync(large, { name: 'busy', frequency: 'every 30 seconds', connections, exec })
  const until = Date.now() + SETTLE_MS
  while (successes(bench) - before < connections) {
    if (Date.now() > until)
      throw new Error(`only ${successes(bench) - before} of ${connections} connections ran`)
    await sleep(500)
  }
  const [runsBefore, beganAt] = [successes(bench), performance.now()]
  progress('starts beside them')
  const beside = await startTimes(bench, small, { starts, everyMs: 100 })
  const rate = ((successes(bench) - runsBefore) / (performance.now() - beganAt)) * 1000
  const [p99, idleP99] = [quantile(beside, 0.99), quantile(idle, 0.99)]
  return [
    {
      name: `call of a trigger to the first line, beside ${connections} connections of another environment at 30 s (${rate.toFixed(0)} runs a second), p99`,
      value: `${p99} ms, idle ${idleP99} ms (${(p99 / idleP99).toFixed(1)}×)`,
      reach: `≤ ${REACH_TIMES}× or ≤ ${REACH_MS} ms`,
      ok: p99 <= REACH_TIMES * idleP99 || p99 <= REACH_MS,
    },
  ]
}
