// Memory of the runner and of the child over one run of a million records.
import { readdirSync, readFileSync } from 'node:fs'
import { setInterval } from 'node:timers/promises'
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { openBenchSystem } from '../scheduler/system.ts'
import { shown } from '../table.ts'
import { functionRate } from './function-runs.ts'

const EVERY_MS = 500
/** Of the last third of the run to the second one. */
const REACH = 1.1

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const records = smoke ? 20_000 : 1_000_000
  await using bench = await openBenchSystem()
  const client = await bench.environment('functions')
  const { runner } = bench.pids()
  const seen: { runner: number; children: number }[] = []
  const over = new AbortController()
  const watching = (async () => {
    for await (const _ of setInterval(EVERY_MS, undefined, { signal: over.signal })) {
      const pid = runner as number // it is one of the services
      seen.push({ runner: residentMib(pid), children: Math.max(0, ...childrenOf(pid).map(residentMib)) })
    }
  })().catch(() => {})
  const rate = await functionRate(bench, client, { name: 'million', runs: 1, records })
  over.abort()
  await watching
  progress(`${shown(rate)} records/s`)
  return (['runner', 'children'] as const).map((name) => {
    const third = Math.floor(seen.length / 3)
    const of = (from: number, to?: number) => median(seen.slice(from, to).map((each) => each[name]))
    const growth = of(2 * third) / of(third, 2 * third)
    const what = name === 'runner' ? 'the runner' : 'the child'
    return {
      name: `memory of ${what} over a run of ${shown(records)} records: first, second and last third (MiB)`,
      value: `${shown(of(0, third))}, ${shown(of(third, 2 * third))}, ${shown(of(2 * third))}`,
      reach: `last ≤ ${REACH} × second`,
      ok: growth <= REACH,
    }
  })
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

function residentMib(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0 // it has ended
  }
}
