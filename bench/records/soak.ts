import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { residentMb } from './memory.ts'

const WRITERS = 8
const MINUTES = 10
const MINUTE_MS = 60_000

/** Full load for ten minutes: the memory of the process after each. */
export async function soakFigures(bench: Bench): Promise<void> {
  const until = Date.now() + MINUTES * MINUTE_MS
  const loading = bench.clients.all(
    'loadUntil',
    (writer) => ({
      streams: [`soak-${writer}`],
      from: 0,
      to: 10_000,
      per: 1000,
      version: 0,
      runId: randomUUID(),
      fence: 65_536,
      until,
    }),
    WRITERS,
  )
  const minutes: number[] = []
  for (let minute = 1; minute <= MINUTES; minute++) {
    await Promise.race([loading, sleep(MINUTE_MS)])
    const mb = residentMb(bench.peer.pid)
    bench.progress(`soak, minute ${minute}: ${mb} MB`)
    bench.result('soak', mb)
    minutes.push(mb)
  }
  await loading
  bench.result('growth', (minutes.at(-1) ?? Number.NaN) / (minutes[1] ?? Number.NaN))
}
