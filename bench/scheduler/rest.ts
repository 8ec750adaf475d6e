// What schedules cost while nothing is due: processor, memory of Redis, and the reconciliation with the catalog.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '@syncline/redis'
import type { Figure, Options } from '../part.ts'
import { cpuSeconds, residentMib, watchCpu } from '../process-usage.ts'
import { shown } from '../table.ts'
import { openWorld, type World } from './world.ts'

const DAY_S = 24 * 3600
const RECONCILE_S = 20
const SAMPLES = 2000
const SETTLE_MS = 120_000

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const [schedules, idleS, reconciles] = smoke ? [500, 3, 1] : [100_000, 60, 3]
  const reconcileS = smoke ? 3 : RECONCILE_S
  await using world = await openWorld({ SCHEDULER_RECONCILE_MS: String(DAY_S * 1000) })
  const empty = await usedMemory(world.client)
  {
    await using stub = await world.startStub(DAY_S * 1000)
    progress(`${schedules} schedules, each runs once`)
    await world.addSchedules(schedules, DAY_S * 1000)
    await stub.settled(schedules, progress)
  }
  await untilEventsArePublished(world.client)
  const history = await historyBytes(world.client)
  const bytes = ((await usedMemory(world.client)) - empty - history.bytes) / schedules
  progress(`${bytes.toFixed(0)} bytes for each; ${history.perRun.toFixed(0)} bytes for each run kept`)

  await sleep(smoke ? 1000 : 10_000)
  const cpu = watchCpu({ scheduler: world.scheduler().pid, redis: world.redis.pid })
  await sleep(idleS * 1000)
  const idle = cpu()
  const share = (((idle.scheduler ?? 0) + (idle.redis ?? 0)) / idleS) * 100

  progress('reconciling')
  const reconcile = await reconciling(world, { every: reconcileS, times: reconciles, idleShare: share / 100 })
  const name = `${shown(schedules)} schedules at rest`
  return [
    {
      name: `${name}: processor of scheduler and Redis`,
      value: `${shown(share)} %`,
      reach: '≤ 1 %',
      ok: share <= 1,
    },
    {
      name: `${name}: Redis memory of each`,
      value: `${bytes.toFixed(0)} bytes`,
      reach: '≤ 400',
      ok: bytes <= 400,
    },
    {
      name: `${name}: Redis memory of each run kept`,
      value: `${history.perRun.toFixed(0)} bytes`,
      reach: '≤ 400',
      ok: history.perRun <= 400,
    },
    {
      name: `${name}: reconciling all, processor and memory`,
      value: `${reconcile.seconds.toFixed(2)} s, ${reconcile.mib.toFixed(0)} MB`,
      reach: '≤ 1 s, ≤ 250 MB',
      ok: reconcile.seconds <= 1 && reconcile.mib <= 250,
    },
  ]
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
}

/** Lists of ended runs, and the streams of whole environments. The first are estimated by some of them. */
async function historyBytes(redis: Redis): Promise<{ bytes: number; perRun: number }> {
  const lists = await keys(redis, '*}:h:*')
  const streams = await keys(redis, '*}:runs:*')
  const some = lists.slice(0, SAMPLES)
  let [sampled, runs] = [0, 0]
  for (const key of some) {
    sampled += Number(await redis.memory('USAGE', key, 'SAMPLES', 0))
    runs += await redis.llen(key)
  }
  let [streamBytes, streamRuns] = [0, 0]
  for (const key of streams) {
    streamBytes += Number(await redis.memory('USAGE', key, 'SAMPLES', 0))
    streamRuns += await redis.xlen(key)
  }
  const listBytes = (sampled / some.length) * lists.length
  return { bytes: listBytes + streamBytes, perRun: sampled / runs + streamBytes / Math.max(1, streamRuns) }
}

async function keys(redis: Redis, pattern: string): Promise<string[]> {
  const found: string[] = []
  for await (const page of redis.scanStream({ match: pattern, count: 1000 })) found.push(...page)
  return found
}

async function untilEventsArePublished(redis: Redis): Promise<void> {
  const until = Date.now() + SETTLE_MS
  const [events = ''] = await keys(redis, '*}:events')
  while (events !== '' && (await redis.xlen(events)) > 0) {
    if (Date.now() > until) throw new Error(`${await redis.xlen(events)} events are not published`)
    await sleep(200)
  }
}

/** Processor of one reconciliation beyond that of rest, and how much its memory grows at most. */
async function reconciling(
  world: World,
  { every, times, idleShare }: { every: number; times: number; idleShare: number },
): Promise<{ seconds: number; mib: number }> {
  await world.restart({ SCHEDULER_RECONCILE_MS: String(every * 1000) })
  await sleep((every * 1000) / 2) // the catalog has been read, and the first reconciliation is over
  const pids = [world.scheduler().pid, world.redis.pid]
  const used = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  const [cpuBefore, mibBefore] = [used(), residentMib(world.scheduler().pid)]
  const until = Date.now() + every * times * 1000
  let peak = mibBefore
  while (Date.now() < until) {
    peak = Math.max(peak, residentMib(world.scheduler().pid))
    await sleep(20)
  }
  const seconds = (used() - cpuBefore - idleShare * every * times) / times
  return { seconds: Math.max(0, seconds), mib: peak - mibBefore }
}
