// Pages of records for clients that follow cursors, next to Fastify on Postgres; they take turns.
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { watchCpu } from '../process-usage.ts'
import { quantile } from '../quantile.ts'
import { openBenchSystem } from '../scheduler/system.ts'
import { type Followed, follow } from './follow.ts'
import { startPeer } from './postgres-peer.ts'
import { fillStream } from './stream.ts'

const CASES = [
  { limit: 100, clients: 1, share: 0.7, p99: undefined },
  { limit: 100, clients: 8, share: 0.8, p99: 25 },
  { limit: 500, clients: 1, share: 1, p99: undefined },
  { limit: 500, clients: 8, share: 1, p99: 60 },
]

type Round = Followed & { seconds: number; cpu: Record<string, number> }

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const [records, rounds] = smoke ? [5000, 1] : [100_000, 5]
  await using bench = await openBenchSystem()
  const { client, key } = await bench.environmentWithKey('bench')
  progress(`${records} records`)
  const filled = await fillStream(bench, 'bench', client, key, records)
  await using peer = await startPeer(records)
  const { gateway, records: store, clickhouse, redis } = bench.pids() as Record<string, number>
  const ours = {
    url: bench.system.url,
    pids: { gateway, records: store, clickhouse, redis } as Record<string, number>,
  }

  const figures: Figure[] = []
  for (const { limit, clients, share, p99 } of CASES) {
    const pages = Math.floor(records / limit)
    const measure = async (of: { url: string; pids: Record<string, number> }): Promise<Round> => {
      const cpu = watchCpu(of.pids)
      const followed = await follow(of.url, filled.headers, { clients, limit, pages })
      return { ...followed, cpu: cpu() }
    }
    const found = { ours: [] as Round[], peer: [] as Round[] }
    for (let round = 0; round <= rounds; round++) {
      const [a, b] = [await measure(ours), await measure(peer)]
      // The first one warms all up.
      if (round > 0) {
        found.ours.push(a)
        found.peer.push(b)
      }
    }
    const [us, them] = [summary(found.ours), summary(found.peer)]
    const ratio = us.perSecond / them.perSecond
    progress(`pages of ${limit}, ${clients} clients: ${us.text}; Fastify and Postgres: ${them.text}`)
    figures.push({
      name: `GET /records, pages of ${limit}, ${clients} ${clients === 1 ? 'client' : 'clients'}: requests/s, next to Fastify and Postgres`,
      value: `${us.text} / ${them.text}: ${ratio.toFixed(2)}×`,
      reach: `≥ ${share}×${p99 === undefined ? '' : `, p99 ≤ ${p99} ms`}`,
      ok: ratio >= share && us.p99 <= (p99 ?? Number.POSITIVE_INFINITY),
    })
  }
  return figures
}

function summary(rounds: Round[]) {
  const of = (value: (round: Round) => number) => median(rounds.map(value))
  const perSecond = of(({ pages, seconds }) => pages / seconds)
  const [p50, p99] = [of(({ ms }) => quantile(ms, 0.5)), of(({ ms }) => quantile(ms, 0.99))]
  const cpu = Object.keys(rounds[0]?.cpu ?? {}).map(
    (name) => `${name} ${of((round) => ((round.cpu[name] ?? 0) / round.pages) * 1000).toFixed(2)}`,
  )
  const text = `${perSecond.toFixed(0)} (${p50.toFixed(1)} / ${p99.toFixed(0)} ms; processor ms each: ${cpu.join(', ')})`
  return { perSecond, p99, text }
}
