// The requests of each screen over the real system, one after the other, answers read to their ends.
import { request } from 'undici'
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { openBenchSystem } from '../scheduler/system.ts'
import { makeFleet, schedulesOf, syncs } from './fleet.ts'
import { type Question, questions } from './questions.ts'
import { fillYear } from './year-of-runs.ts'

const GOAL_MS = 200
const TIMES = 40
const ENVIRONMENT = 'bench'
const HOUR_MS = 3_600_000
/** A run of each schedule every so many hours. */
const EVERY_HOURS = Number(process.env.BENCH_RUN_EVERY_HOURS ?? 6)

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  await using bench = await openBenchSystem({ SYNC_MIN_FREQUENCY: '30s' })
  const { client, key } = await bench.environmentWithKey(ENVIRONMENT)
  const connections = smoke ? 40 : 5000
  await makeFleet(bench, client, connections, progress)
  const schedules = await schedulesOf(client, connections * syncs.length, progress)
  const filled = await fillYear({
    ...{ clickhouseUrl: clickhouseOf(bench.system.serviceEnv.records), environment: ENVIRONMENT },
    ...{ schedules, everyMs: EVERY_HOURS * HOUR_MS, progress },
  })
  const asked = await questions(client, schedules)
  const figures: Figure[] = [
    { name: 'schedules / runs of a year', value: `${schedules.length} / ${filled}`, reach: '', ok: true },
  ]
  for (const question of asked) {
    progress(`${question.screen}: ${question.name}`)
    figures.push(figureOf(question, await timesOf(question, bench.system.url, key, smoke ? 3 : TIMES)))
  }
  return figures
}

function clickhouseOf({ CLICKHOUSE_URL }: NodeJS.ProcessEnv): string {
  if (CLICKHOUSE_URL === undefined) throw new Error('the system does not say where its ClickHouse is')
  return CLICKHOUSE_URL
}

async function timesOf({ path }: Question, url: string, key: string, count: number): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n <= count; n++) {
    const startedAt = performance.now()
    const { statusCode, body } = await request(url + path(n), { headers: { authorization: `Bearer ${key}` } })
    const text = await body.text()
    // On a machine that is too busy, a deadline may pass: it counts as longer than any other answer.
    const isLate = statusCode === 503 || statusCode === 504
    if (statusCode !== 200 && !isLate) throw new Error(`${path(n)} answered ${statusCode}: ${text}`)
    // The first one warms up what is compiled and cached.
    if (n > 0) times.push(isLate ? Number.POSITIVE_INFINITY : performance.now() - startedAt)
  }
  return times
}

function figureOf({ screen, name }: Question, times: number[]): Figure {
  const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)]
  return {
    name: `${screen}: ${name}, p50 / p95`,
    value: `${p50.toFixed(0)} / ${p95.toFixed(0)} ms`,
    reach: `p95 ≤ ${GOAL_MS} ms`,
    ok: p95 <= GOAL_MS,
  }
}
