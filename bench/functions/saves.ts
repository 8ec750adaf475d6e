// Records a second from `batchSave` in the child to ClickHouse, next to the store's own rate in the same round, and what they cost.
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { watchCpu } from '../process-usage.ts'
import { openBenchSystem } from '../scheduler/system.ts'
import { shown } from '../table.ts'
import { functionRate } from './function-runs.ts'
import { storeRate } from './store-rate.ts'

const REACH = 0.6

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const [records, rounds] = smoke ? [5000, 1] : [100_000, 5]
  await using bench = await openBenchSystem()
  const client = await bench.environment('functions')
  const address = bench.system.serviceEnv.gateway.RECORDS_ADDRESS ?? ''
  const figures: Figure[] = []
  for (const runs of [1, 4]) {
    const per = runs === 1 ? records : records / 2
    const found: { store: number; functions: number; cpu: Record<string, number> }[] = []
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      const store = await storeRate(address, `store-${runs}-${round}`, runs, per)
      const cpu = watchCpu(bench.pids())
      const functions = await functionRate(bench, client, {
        name: `save-${runs}-${round}`,
        runs,
        records: per,
      })
      const costs = Object.entries(cpu()).map(([name, seconds]) => [name, (seconds * 1e6) / (runs * per)])
      progress(
        `${runs} at once, round ${round}: functions ${shown(functions)}/s, store ${shown(store)}/s, ${(functions / store).toFixed(2)}`,
      )
      if (round > 0) found.push({ store, functions, cpu: Object.fromEntries(costs) })
    }
    const ratio = median(found.map(({ store, functions }) => functions / store))
    const of = (key: 'store' | 'functions') => shown(median(found.map((round) => round[key])))
    const names = Object.keys(found[0]?.cpu ?? {})
    const cpu = names.map((name) => ({ name, ms: median(found.map((round) => round.cpu[name] ?? 0)) }))
    figures.push(
      {
        name: `records/s of ${runs === 1 ? 'one run' : `${runs} runs at once`}, and of the store alone (1.1 KB each)`,
        value: `${of('functions')}, ${of('store')}: ${(ratio * 100).toFixed(0)} %`,
        reach: `≥ ${REACH * 100} %`,
        ok: ratio >= REACH,
      },
      {
        name: `processor time for 1 000 records of ${runs === 1 ? 'one run' : `${runs} runs at once`} (runner: with its children)`,
        value: cpu
          .filter(({ ms }) => ms >= 0.1)
          .map(({ name, ms }) => `${name} ${shown(ms)} ms`)
          .join(', '),
        reach: '',
        ok: true,
      },
    )
  }
  return figures
}
