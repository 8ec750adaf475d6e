// What it costs that records are held against their model: whole saves with `validate: off` and with `warn`, in turns.
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { watchCpu } from '../process-usage.ts'
import { openBenchSystem } from '../scheduler/system.ts'
import { shown } from '../table.ts'
import { functionRate } from './function-runs.ts'
import { savedModel } from './save-function.ts'

const SLOWER = 1.1

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const [records, rounds] = smoke ? [5000, 1] : [40_000, 12]
  await using bench = await openBenchSystem()
  const client = await bench.environment('functions')
  const measured = async (validate: 'off' | 'warn', round: number) => {
    const cpu = watchCpu({ runner: bench.pids().runner ?? 0 })
    const sync = { name: `${validate}-${round}`, runs: 1, records, validate, model: savedModel }
    const rate = await functionRate(bench, client, sync)
    const ms = ((cpu().runner ?? 0) * 1e6) / records
    progress(`round ${round}, ${validate}: ${shown(rate)}/s, ${shown(ms)} ms of processor for 1 000 records`)
    return { rate, ms }
  }
  const found: Record<'off' | 'warn', { rate: number; ms: number }>[] = []
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    // Whoever comes second finds a larger store.
    const order = round % 2 === 0 ? (['off', 'warn'] as const) : (['warn', 'off'] as const)
    const results = { off: { rate: 0, ms: 0 }, warn: { rate: 0, ms: 0 } }
    for (const validate of order) results[validate] = await measured(validate, round)
    if (round > 0) found.push(results)
  }
  const of = (validate: 'off' | 'warn', what: 'rate' | 'ms') =>
    median(found.map((round) => round[validate][what]))
  const ms = median(found.map(({ off, warn }) => warn.ms / off.ms))
  const rate = median(found.map(({ off, warn }) => off.rate / warn.rate))
  return [
    {
      name: 'processor time of runner and child for 1 000 records (1.1 KB, their model names all fields), `validate: off` and `warn`',
      value: `${shown(of('off', 'ms'))}, ${shown(of('warn', 'ms'))} ms: ${shown(ms)} ×`,
      reach: '',
      ok: true,
    },
    {
      name: 'records/s of one run, `validate: off` and `warn`',
      value: `${shown(of('off', 'rate'))}, ${shown(of('warn', 'rate'))}: ${shown(rate)} × slower`,
      reach: `≤ ${SLOWER} ×`,
      ok: rate <= SLOWER,
    },
  ]
}
