// The status of 1 000 schedules in one answer, over the real system: the first time, and after that.
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { openBenchSystem } from '../scheduler/system.ts'

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  await using bench = await openBenchSystem()
  const client = await bench.environment('bench')
  const connections = smoke ? 20 : 1000
  await bench.addSync(client, { name: 'bench', frequency: 'every hour', connections, exec: '' })
  progress('first runs')
  const until = Date.now() + 120_000
  while (bench.succeeded.size < connections && Date.now() < until)
    await new Promise((r) => setTimeout(r, 100))
  progress('status')
  const ask = async () => {
    const startedAt = performance.now()
    const { syncs } = await client.syncStatus('bench', '*')
    if (syncs.length !== connections)
      throw new Error(`status of ${syncs.length} schedules, not ${connections}`)
    return performance.now() - startedAt
  }
  const first = await ask()
  const times: number[] = []
  for (let i = 0; i < (smoke ? 3 : 100); i++) times.push(await ask())
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)]
  return [
    {
      name: `status of ${connections} schedules, p50 / p99`,
      value: `${p50.toFixed(0)} / ${p99.toFixed(0)} ms`,
      reach: 'p50 ≤ 50 ms',
      ok: p50 <= 50,
    },
    { name: 'the same, the first time', value: `${first.toFixed(0)} ms`, reach: '', ok: true },
  ]
}
