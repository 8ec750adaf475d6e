import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@syncline/embedded'
import { Budgets } from '@syncline/outgoing'
import { accessOf, Simulation } from '@syncline/outgoing/simulation'
import { connectRedis, type Redis } from '@syncline/redis'
import type { Figure, Options } from '../part.ts'
import type { BudgetProcess } from './budget-process.ts'
import { startLimitedApi, type Taken } from './limited-api.ts'

const REQUESTS = 10
const PROCESSES = 4
/** Every tenth connection has six calls at a time. The others begin: while nobody waits, a budget gives as much as is asked. */
const connections = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `c${i}`, calls: i < count * 0.9 ? 1 : 6 }))
/** A turn at 10 requests per second. */
const CALLS_PER_TURN = 2
/** Whole rounds over which the shares are counted: each connection's own, from a first call to another first call. */
const ROUNDS = 2
const START_MS = 5000

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))
  // With the settings of `npm start`: each change is on the disk before it is answered.
  await using server = await startRedis({ dir: join(temp.path, 'redis'), log: join(temp.path, 'redis.log') })
  const redis = connectRedis(server.url, (error) => console.error(error))
  try {
    return [
      ...(await costs(redis, smoke ? 200 : 5000)),
      ...(await realTime(server.url, redis, smoke ? 40 : 1000, progress)),
      ...(await simulated(
        redis,
        smoke ? { count: 50, seconds: 400 } : { count: 1000, seconds: 10_000 },
        progress,
      )),
    ]
  } finally {
    redis.disconnect()
  }
}

async function costs(redis: Redis, calls: number): Promise<Figure[]> {
  const budgets = new Budgets(redis, 'costs:')
  const time = async (access: ReturnType<typeof accessOf>) => {
    const times: number[] = []
    for (let i = 0; i < calls; i++) {
      const startedAt = performance.now()
      await budgets.take(access, { connection: 'a', lane: 'fresh' })
      times.push(performance.now() - startedAt)
    }
    return times.toSorted((a, b) => a - b)
  }
  const limited = accessOf('a', { budget: { key: 'connection', requests: 1_000_000, per_s: 1 } })
  await time(limited)
  const durable = await time(limited)
  const unlimited = await time(accessOf('b'))
  await redis.config('SET', 'appendonly', 'no')
  const inMemory = await time(limited)
  await redis.config('SET', 'appendonly', 'yes')
  const p = (times: number[], part: number) => times[Math.floor(times.length * part)] ?? Number.NaN
  const shown = (times: number[]) => `${p(times, 0.5).toFixed(3)}, ${p(times, 0.99).toFixed(3)} ms`
  return [
    {
      name: 'asking a budget, Redis as in `npm start` (on disk before the answer): p50, p99',
      value: shown(durable),
      reach: '',
      ok: true,
    },
    {
      name: 'asking a budget, Redis without a log on disk: p50, p99',
      value: shown(inMemory),
      reach: 'p50 ≤ 0.5 ms',
      ok: p(inMemory, 0.5) <= 0.5,
    },
    {
      name: 'asking for an API that has no budget: p50, p99',
      value: shown(unlimited),
      reach: 'p50 ≤ 0.02 ms',
      ok: p(unlimited, 0.5) <= 0.02,
    },
  ]
}

async function realTime(
  url: string,
  redis: Redis,
  count: number,
  progress: Options['progress'],
): Promise<Figure[]> {
  await using api = await startLimitedApi(REQUESTS)
  const before = await scriptCalls(redis)
  const startedAt = performance.now()
  const all = connections(count)
  const children = Array.from({ length: PROCESSES }, (_, i) => {
    const work: BudgetProcess = {
      redis: url,
      prefix: 'real:',
      api: api.url,
      requests: REQUESTS,
      connections: all.filter((_, of) => of % PROCESSES === i),
    }
    return fork(join(import.meta.dirname, 'budget-process.ts'), [JSON.stringify(work)], {
      execArgv: ['--no-warnings'],
    })
  })
  // Until every connection has begun the round after the last: by then others have ended it.
  const total = Math.ceil(count * CALLS_PER_TURN * (ROUNDS + 1.05))
  const deadline = startedAt + (total / REQUESTS) * 1000 * 1.2 + 20_000
  while (api.begun(ROUNDS * CALLS_PER_TURN + 1) < count && performance.now() < deadline) {
    await sleep(500)
    if (Math.floor(performance.now() / 500) % 60 === 0) progress(`${api.taken.length} of ${total} calls`)
  }
  const taken = api.taken.slice()
  const refused = api.refused()
  const scripts = await scriptCalls(redis)
  const seconds = (performance.now() - startedAt) / 1000
  for (const child of children) child.disconnect()
  await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')))

  // Processes do not start all at once.
  const from = (taken[0]?.at ?? 0) + START_MS
  const counted = taken.filter(({ at }) => at >= from)
  const used = counted.length / ((((taken.at(-1)?.at ?? 0) - from) / 1000) * REQUESTS)
  const shares = sharesOf(taken, count)
  const part = refused / (refused + taken.length)
  const name = `${count} connections of ${PROCESSES} processes, ${REQUESTS} requests per second, ${seconds.toFixed(0)} s`
  return [
    { name: `${name}: budget used`, value: percent(used), reach: '≥ 95 %', ok: used >= 0.95 },
    { name: `${name}: answers with 429`, value: percent(part), reach: '≤ 1 %', ok: part <= 0.01 },
    {
      name: `${name}: shares of connections over ${ROUNDS} whole rounds`,
      value: shares.text,
      reach: '± 10 %, all',
      ok: shares.ok,
    },
    {
      name: `${name}: asking costs Redis`,
      value: `${((scripts.calls - before.calls) / seconds).toFixed(0)} scripts/s, ${percent((scripts.us - before.us) / 1e6 / seconds)} of a core`,
      reach: '',
      ok: true,
    },
  ]
}

/**
 * The calls per second of each connection, from its first call to the first one of a round later: in between are whole turns.
 * Compared with the median.
 */
function sharesOf(taken: Taken[], count: number): { text: string; ok: boolean } {
  // The first ones go in one burst, before anybody has to wait.
  const times = Map.groupBy(taken.slice(REQUESTS), ({ connection }) => connection)
  const rates = [...times.values()].flatMap((calls) => {
    const [first, last] = [calls[0], calls[ROUNDS * CALLS_PER_TURN]]
    return first && last ? [1000 / (last.at - first.at)] : []
  })
  const sorted = rates.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const [low, high] = [(sorted[0] ?? 0) / median - 1, (sorted.at(-1) ?? 0) / median - 1]
  const missing = times.size < count || sorted.length < count * 0.97
  const ok = !missing && low >= -0.1 && high <= 0.1
  return {
    text: `${signed(low)} to ${signed(high)}${sorted.length < count ? `, ${count - sorted.length} not counted` : ''}`,
    ok,
  }
}

async function simulated(
  redis: Redis,
  { count, seconds }: { count: number; seconds: number },
  progress: Options['progress'],
): Promise<Figure[]> {
  await redis.config('SET', 'appendonly', 'no')
  const options = { budget: { key: 'app', requests: REQUESTS, per_s: 1 } }
  const simulation = new Simulation(redis, 'simulated:', options)
  for (const connection of connections(count)) simulation.add({ ...connection, latencyMs: 80 })
  for (let at = 0; at < seconds; at += 1000) {
    await simulation.runUntil(Math.min(seconds, at + 1000) * 1000)
    progress(`simulated ${at + 1000} s`)
  }
  await redis.config('SET', 'appendonly', 'yes')
  const counts = [...simulation.counts().values()]
  const mean = simulation.grants.length / count
  const [low, high] = [Math.min(...counts) / mean - 1, Math.max(...counts) / mean - 1]
  const used = simulation.grants.length / (seconds * REQUESTS)
  const most = simulation.mostWithin(1000)
  const name = `simulated, ${count} connections, ${seconds} s`
  return [
    { name: `${name}: budget used`, value: percent(used), reach: '≥ 95 %', ok: used >= 0.95 },
    {
      name: `${name}: most requests in a second`,
      value: String(most),
      reach: `≤ ${REQUESTS}`,
      ok: most <= REQUESTS,
    },
    {
      name: `${name}: shares of connections`,
      value: `${signed(low)} to ${signed(high)}`,
      reach: '± 10 %, all',
      ok: counts.length === count && low >= -0.1 && high <= 0.1,
    },
  ]
}

async function scriptCalls(redis: Redis): Promise<{ calls: number; us: number }> {
  const text = await redis.info('commandstats')
  const found = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(text)
  return { calls: Number(found?.[1] ?? 0), us: Number(found?.[2] ?? 0) }
}

const percent = (part: number) => `${(part * 100).toFixed(1)} %`
const signed = (part: number) => `${part < 0 ? '−' : '+'}${Math.abs(part * 100).toFixed(1)} %`
