// Schedules fired in a second when more are due than can be: ours, with runs, history and fences, next to BullMQ's.
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { watchCpu } from '../process-usage.ts'
import { shown } from '../table.ts'
import { openBullMq } from './bullmq.ts'
import type { Load, Peer } from './firing.ts'
import { openOurs } from './world.ts'

/**
 * So many are due in a second: more than can run. Of ours not many more, as each slot that finds the run before it under way is noted,
 * and that takes processor from the others; BullMQ has no such slots.
 */
const DUE_PER_SECOND = { ours: 4000, bullmq: 10_000 }
const REACH = 3000
const REACH_OF_PEER = 0.6

interface Found {
  perSecond: number[]
  /** Milliseconds of processor for each that fired, by process. */
  cpuMs: Record<string, number>[]
}

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const figures: Figure[] = []
  const [sizes, seconds, rounds] = smoke ? [[500], 2, 1] : [[10_000, 100_000], 10, 3]
  for (const schedules of sizes) {
    const load = (due: number) => ({
      schedules,
      intervalMs: Math.max(1000, (schedules / due) * 1000),
      progress,
    })
    const ours = await saturate(openOurs, load(DUE_PER_SECOND.ours), seconds, rounds)
    const bullmq = await saturate(openBullMq, load(DUE_PER_SECOND.bullmq), seconds, rounds)
    const [rate, peerRate] = [median(ours.perSecond), median(bullmq.perSecond)]
    const name = `${shown(schedules)} schedules`
    figures.push(
      {
        name: `${name}: fired in a second`,
        value: `${shown(rate)}, BullMQ ${shown(peerRate)} (${shown(rate / peerRate)}×)`,
        reach: `≥ ${shown(REACH)}, ≥ ${REACH_OF_PEER}×`,
        ok: rate >= REACH && rate >= REACH_OF_PEER * peerRate,
      },
      {
        name: `${name}: processor for each that fired (ms)`,
        value: `${costs(ours)}; BullMQ ${costs(bullmq)}`,
        reach: '',
        ok: true,
      },
    )
  }
  return figures
}

async function saturate(
  open: (load: Load) => Promise<Peer>,
  load: Load,
  seconds: number,
  rounds: number,
): Promise<Found> {
  await using peer = await open(load)
  await peer.settled()
  const found: Found = { perSecond: [], cpuMs: [] }
  for (let round = 1; round <= rounds; round++) {
    const cpu = watchCpu(peer.pids)
    const firing = await peer.measure(seconds)
    found.perSecond.push(firing.ended / firing.seconds)
    const each = ([name, s]: [string, number]) => [name, (s * 1000) / firing.ended] as const
    found.cpuMs.push(Object.fromEntries(Object.entries(cpu()).map(each)))
    load.progress(`${shown(firing.ended / firing.seconds)} fired in a second, ${costs(found)}`)
  }
  return found
}

/** The sum, and the parts of each process. */
function costs({ cpuMs }: Found): string {
  const parts = Object.keys(cpuMs[0] ?? {}).map((name) => ({
    name,
    ms: median(cpuMs.map((round) => round[name] ?? Number.NaN)),
  }))
  const sum = parts.reduce((total, { ms }) => total + ms, 0)
  return `${shown(sum)} (${parts.map(({ name, ms }) => `${name} ${shown(ms)}`).join(', ')})`
}
