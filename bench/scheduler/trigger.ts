// From the call of a trigger to the first line of the function, over the real system, warm.
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { probe, startTimes } from './start-times.ts'
import { openBenchSystem } from './system.ts'

const WARM_UP = 20

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  await using bench = await openBenchSystem()
  const client = await bench.environment('bench')
  await bench.addSync(client, probe)
  await startTimes(bench, client, { starts: smoke ? 3 : WARM_UP, everyMs: 50 })
  progress('triggers')
  const times = await startTimes(bench, client, { starts: smoke ? 10 : 400, everyMs: 100 })
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)]
  return [
    {
      name: 'call of a trigger to the first line of the function, p50 / p99',
      value: `${p50} / ${p99} ms`,
      reach: '≤ 15 / 60 ms',
      ok: p50 <= 15 && p99 <= 60,
    },
  ]
}
