// Lists and counts of the schedules of an environment, 5 000 connections with 3 syncs each, over the real system: while the first runs of one
// sync go on, the others are paused.
import type { ListSchedules, ScheduleFilter } from '@syncline/sdk'
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { openBenchSystem } from '../scheduler/system.ts'

const REACH_MS = 200
const BULK = 500

const lists: Record<string, ListSchedules> = {
  'by place': {},
  'by last run, newest first': { sort: 'last_run', order: 'desc' },
  'by failures, stale only': { sort: 'failures', order: 'desc', stale: true },
  'search for a connection': { q: 'C123' },
  'by state and run': { state: ['started'], runState: ['queued', 'running'] },
}
const counts: Record<string, ScheduleFilter> = { 'counts of all': {}, 'counts of a search': { q: 'c12' } }

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  await using bench = await openBenchSystem()
  const client = await bench.environment('bench')
  const connections = smoke ? 20 : 5000
  progress(`${connections} connections`)
  const sync = { name: 'bench', frequency: 'every hour', connections, others: ['second', 'third'] }
  await bench.addSync(client, { ...sync, exec: '' })
  const total = 3 * connections
  const until = Date.now() + 300_000
  let made = 0
  while (made < total && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    made = await client.schedules.list({ limit: 1 }).then(
      (page) => (page.unavailable.length === 0 ? page.total : 0),
      () => 0,
    )
  }
  if (made !== total) throw new Error(`${made} of ${total} schedules are there`)
  const figures: Figure[] = []
  const times = smoke ? 3 : 100
  const measure = async (name: string, ask: () => Promise<unknown>) => {
    progress(name)
    const all: number[] = []
    for (let i = 0; i < times; i++) {
      const startedAt = performance.now()
      await ask()
      all.push(performance.now() - startedAt)
    }
    const [p50, p95] = [quantile(all, 0.5), quantile(all, 0.95)]
    const value = `${p50.toFixed(0)} / ${p95.toFixed(0)} ms`
    figures.push({ name: `${name}, p50 / p95`, value, reach: `p95 ≤ ${REACH_MS} ms`, ok: p95 <= REACH_MS })
  }
  for (const [name, list] of Object.entries(lists)) await measure(name, () => client.schedules.list(list))
  for (const [name, filter] of Object.entries(counts))
    await measure(name, () => client.schedules.counts(filter))

  progress(`pause of ${BULK}`)
  const startedAt = performance.now()
  const ids: string[] = []
  for await (const { id } of client.schedules.iterate({ syncs: ['bench'] })) {
    if (id !== null) ids.push(id)
    if (ids.length === Math.min(BULK, connections)) break
  }
  for (let at = 0; at < ids.length; at += 100)
    await client.schedules.act({ action: 'pause', ids: ids.slice(at, at + 100) })
  const { paused } = await client.schedules.counts({ syncs: ['bench'] })
  const ms = performance.now() - startedAt
  figures.push({
    name: `pause of ${paused} schedules, seen`,
    value: `${ms.toFixed(0)} ms`,
    reach: '≤ 5 s',
    ok: ms <= 5000,
  })
  return figures
}
