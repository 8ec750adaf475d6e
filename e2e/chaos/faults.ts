import { setTimeout as sleep } from 'node:timers/promises'
import type { SeededRandom } from '@syncline/testkit/seeded-random'
import type { ChaosSystem } from './chaos-system.ts'
import type { Victim } from './victim.ts'

const HOUR_MS = 3600_000

export interface Fault {
  /** Real time. */
  atMs: number
  endMs: number
  what: string
  /** Of the clock. */
  jumpMs: number
}

export interface FaultSizes {
  seconds: number
  /** Between faults, at most. Each takes its own time beside others. */
  pauseMs: number
  suspendMs: number
  downMs: number
  clockJumps: number
}

/** Lets faults happen, at random, until the time is over; returns when all of them are. */
export async function causeFaults(
  system: ChaosSystem,
  sizes: FaultSizes,
  random: SeededRandom,
  progress: (text: string) => void,
): Promise<Fault[]> {
  const faults: Fault[] = []
  const under: Promise<void>[] = []
  const begin = (what: string, work: () => Promise<void>, jumpMs = 0) => {
    const fault = { atMs: Date.now(), endMs: Number.POSITIVE_INFINITY, what, jumpMs }
    faults.push(fault)
    progress(what)
    under.push(
      work().then(() => {
        fault.endMs = Date.now()
      }),
    )
  }
  const until = Date.now() + sizes.seconds * 1000
  const jumps = jumpTimes(sizes, random)
  while (Date.now() < until) {
    await sleep(sizes.pauseMs / 4 + random.below(sizes.pauseMs))
    const jumpAt = jumps[0]
    if (system.clock && jumpAt !== undefined && Date.now() > until - sizes.seconds * 1000 + jumpAt) {
      jumps.shift()
      const { clock } = system
      // Forward, then back. ClickHouse keeps the real time: the record store refuses to write while Redis is behind it.
      const ms = clock.shiftMs === 0 ? HOUR_MS : -HOUR_MS
      begin(`the clock jumps by ${ms > 0 ? '+' : ''}${ms / HOUR_MS} h`, async () => clock.jump(ms), ms)
      continue
    }
    const idle = system.victims.filter(({ busy }) => !busy)
    const victim = idle[random.below(idle.length)]
    const draw = { kind: random.next(), ms: random.next() }
    if (!victim) continue
    const [what, work] = faultOf(victim, draw, sizes)
    victim.busy = true
    begin(`${victim.name} ${what}`, async () => {
      await work()
      victim.busy = false
    })
  }
  await Promise.all(under)
  return faults
}

function faultOf(victim: Victim, draw: { kind: number; ms: number }, sizes: FaultSizes) {
  const downMs = Math.round(draw.ms * sizes.downMs)
  const ms = Math.round(500 + draw.ms * (sizes.suspendMs - 500))
  if (draw.kind < 0.45) return [`is killed, down ${downMs} ms`, () => victim.kill(downMs)] as const
  if (draw.kind < 0.75) return [`is suspended for ${ms} ms`, () => victim.suspend(ms)] as const
  return [`is stopped, down ${downMs} ms`, () => victim.restart(downMs)] as const
}

function jumpTimes({ clockJumps, seconds }: FaultSizes, random: SeededRandom): number[] {
  const step = (seconds * 1000) / (clockJumps + 1)
  return Array.from({ length: clockJumps }, (_, n) => (n + 0.5 + random.next() / 2) * step)
}
