// How long after its slot a schedule's run is with a runner, at loads that are no trouble.
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { openBullMq } from './bullmq.ts'
import type { Load, Peer } from './firing.ts'
import { openOurs } from './world.ts'

const REACH_MS = 100
/** Longer than any lateness, as lateness is counted from the last slot. */
const INTERVAL_S = 20

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const figures: Figure[] = []
  const [rates, intervalS, seconds, rounds] = smoke
    ? [[100], 5, 5, 1]
    : [[500, 1000], INTERVAL_S, INTERVAL_S, 3]
  for (const rate of rates) {
    const load = { schedules: rate * intervalS, intervalMs: intervalS * 1000, progress }
    const ours = await lateness(openOurs, load, seconds, rounds)
    const bullmq = await lateness(openBullMq, load, seconds, rounds)
    figures.push({
      name: `${rate} schedules due in a second: slot to runner, p50 / p99`,
      value: `${ours.p50} / ${ours.p99} ms, BullMQ ${bullmq.p50} / ${bullmq.p99} ms`,
      reach: `p99 ≤ ${REACH_MS} ms`,
      ok: ours.p99 <= REACH_MS,
    })
  }
  return figures
}

async function lateness(
  open: (load: Load) => Promise<Peer>,
  load: Load,
  seconds: number,
  rounds: number,
): Promise<{ p50: number; p99: number }> {
  await using peer = await open(load)
  await peer.settled()
  await peer.measure(load.intervalMs / 1000) // what came all at once when the schedules were made
  const found = { p50: [] as number[], p99: [] as number[] }
  for (let round = 1; round <= rounds; round++) {
    const { late, ended } = await peer.measure(seconds)
    found.p50.push(quantile(late, 0.5))
    found.p99.push(quantile(late, 0.99))
    load.progress(`${(ended / seconds).toFixed(0)} a second, p99 ${quantile(late, 0.99)} ms`)
  }
  return { p50: median(found.p50), p99: median(found.p99) }
}
