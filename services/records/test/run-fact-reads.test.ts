import type { RunError, RunErrorPosition } from '@syncline/proto'
import { namespace } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ClickHouse } from '../src/clickhouse/clickhouse.ts'
import { sumNewHours } from '../src/jobs/sum-hours.ts'
import { fingerprintText } from '../src/tables/run-fact-list.ts'
import { insertRunFacts, type RunFact } from '../src/tables/run-facts.ts'
import { shardOf, sql, startRecords } from './harness.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Begin of a day, so long ago that all its runs are known. */
const BEGIN = Math.floor((Date.now() - 40 * DAY) / DAY) * DAY
const NEWEST = { endedMs: Number.MAX_SAFE_INTEGER, runId: '' }

/** Numbers that look random, the same each time. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % below
  }
}

const outcomes = ['success', 'success', 'success', 'failed', 'timed_out', 'cancelled']

/** As large as they may be. */
const fingerprintOf = (code: number, outcome: string) =>
  2n ** 64n - BigInt(code * 2 + (outcome === 'failed' ? 0 : 1))

function fact(n: number, next: (below: number) => number, days: number): RunFact {
  const outcome = outcomes[next(outcomes.length)] ?? 'success'
  const isError = outcome === 'failed' || outcome === 'timed_out'
  const schedule = `s${next(12)}`
  const code = 500 + next(3)
  const requestedAt = BEGIN + next(days * 24 * 60) * 60_000
  const startedAt = outcome === 'cancelled' ? 0 : requestedAt + next(1000)
  const [added, updated, deleted] = [next(5), next(5), next(5)]
  return {
    ...{ environment: next(5) === 0 ? 'prod' : 'dev', schedule, runId: `${schedule}-${n}` },
    ...{
      integration: `api-${Number(schedule.slice(1)) % 2}`,
      connection: `c${Number(schedule.slice(1)) % 4}`,
    },
    ...{ sync: `sync-${Number(schedule.slice(1)) % 3}`, variant: 'base', cause: 'schedule', outcome },
    ...{ requestedAt, startedAt, finishedAt: (startedAt || requestedAt) + next(2000) },
    ...{ attempts: 1, version: String(1 + next(2)) },
    ...{
      error: isError ? `call ${n} answered ${code}` : '',
      message: isError ? `call <number> answered ${code}` : '',
    },
    fingerprint: isError ? fingerprintOf(code, outcome) : 0n,
    ...{ added, updated, deleted, result: JSON.stringify({ Issue: { added, updated, deleted } }) },
  }
}

async function world(count: number, days: number) {
  await using open = new AsyncDisposableStack()
  const store = open.use(await startRecords(namespace()))
  const clickhouse = open.use(new ClickHouse(shardOf(store)))
  const next = random(7)
  const facts = Array.from({ length: count }, (_, n) => fact(n, next, days))
  // Rows that come twice, in inserts of their own.
  for (let at = 0; at < count; at += count / 4)
    await insertRunFacts(clickhouse, facts.slice(at, at + count / 4))
  await insertRunFacts(
    clickhouse,
    facts.filter((_, n) => n % 3 === 0),
  )
  const owned = open.move()
  return {
    ...{ store, clickhouse, facts, dev: facts.filter(({ environment }) => environment === 'dev') },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const newestFirst = (a: RunFact, b: RunFact) =>
  b.finishedAt - a.finishedAt || (a.runId < b.runId ? 1 : a.runId > b.runId ? -1 : 0)

test.concurrent('pages of runs hold each run once, newest first, whatever the filter', async () => {
  await using it = await world(240, 3)
  const filters = [
    [{}, () => true],
    [{ connectionId: 'c1' }, (run: RunFact) => run.connection === 'c1'],
    [
      { providerConfigKey: 'api-1', sync: 'sync-2', variant: 'base' },
      (run: RunFact) => run.integration === 'api-1' && run.sync === 'sync-2',
    ],
    [
      { outcomes: ['RUN_OUTCOME_FAILED', 'RUN_OUTCOME_TIMED_OUT'] as const },
      (run: RunFact) => run.fingerprint > 0n,
    ],
    [
      { outcomes: ['RUN_OUTCOME_CANCELLED'] as const, connectionId: 'c2' },
      (run: RunFact) => run.outcome === 'cancelled' && run.connection === 'c2',
    ],
    [{ errorHas: 'Answered 502' }, (run: RunFact) => run.error.endsWith('502')],
    [
      { fingerprint: fingerprintText(fingerprintOf(500, 'failed')) },
      (run: RunFact) => run.fingerprint === fingerprintOf(500, 'failed'),
    ],
    [
      { fromMs: BEGIN + DAY, toMs: BEGIN + 2 * DAY },
      (run: RunFact) => run.finishedAt >= BEGIN + DAY && run.finishedAt < BEGIN + 2 * DAY,
    ],
    [{ outcomes: ['RUN_OUTCOME_CRASHED'] as const }, () => false],
  ] as const
  for (const [filter, matches] of filters) {
    const found: string[] = []
    let behind = NEWEST
    for (;;) {
      const page = await it.store.runFacts.listRunFacts({
        environment: 'dev',
        ...filter,
        outcomes: [...('outcomes' in filter ? filter.outcomes : [])],
        limit: 23,
        behind,
      })
      found.push(...page.runs.map(({ runId }) => runId))
      if (page.isLast) break
      expect(page.runs).toHaveLength(23)
      const last = page.runs.at(-1)
      behind = { endedMs: last?.finishedAtMs ?? 0, runId: last?.runId ?? '' }
    }
    expect(found).toEqual(
      it.dev
        .filter(matches)
        .sort(newestFirst)
        .map(({ runId }) => runId),
    )
  }
  const one = it.dev[5] as RunFact
  expect(await it.store.runFacts.getRunFact({ environment: 'dev', runId: one.runId })).toMatchObject({
    ...{ runId: one.runId, connectionId: one.connection, finishedAtMs: one.finishedAt, error: one.error },
    counts: [{ model: 'Issue', added: one.added, updated: one.updated, deleted: one.deleted }],
  })
  await expect(it.store.runFacts.getRunFact({ environment: 'prod', runId: one.runId })).rejects.toThrow(
    one.runId,
  )
})

/** As `GET /stats` has it, without times. */
function expected(facts: RunFact[], stepMs: number) {
  return [...Map.groupBy(facts, ({ finishedAt }) => Math.floor(finishedAt / stepMs) * stepMs)]
    .sort(([a], [b]) => a - b)
    .map(([atMs, runs]) => ({
      atMs,
      runs: [...Map.groupBy(runs, ({ outcome }) => outcome)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([outcome, { length: count }]) => ({ outcome: `RUN_OUTCOME_${outcome.toUpperCase()}`, count })),
      ...{ added: sum(runs, 'added'), updated: sum(runs, 'updated'), deleted: sum(runs, 'deleted') },
    }))
}

const sum = (runs: RunFact[], of: 'added' | 'updated' | 'deleted') =>
  runs.reduce((all, run) => all + run[of], 0)

test.concurrent('sums over time count each run once: before an hour is summed, after it, and when a run comes later', async () => {
  await using it = await world(240, 2)
  const at = { environment: 'dev', fromMs: BEGIN, toMs: BEGIN + 3 * DAY }
  const points = async (more: object) =>
    (await it.store.runFacts.getRunStats({ ...at, ...more })).points.map(
      ({ waitMs, durationMs, ...point }) => {
        if (point.runs.some(({ outcome }) => outcome !== 'RUN_OUTCOME_CANCELLED')) {
          expect(waitMs?.p99).toBeLessThanOrEqual(1020)
          expect(durationMs?.p99).toBeLessThanOrEqual(2040)
        }
        return { ...point, runs: point.runs.sort((a, b) => (a.outcome < b.outcome ? -1 : 1)) }
      },
    )
  const all = async (facts: RunFact[]) => {
    for (const stepMs of [900_000, HOUR, DAY])
      expect(await points({ stepMs })).toEqual(expected(facts, stepMs))
    expect(await points({ stepMs: DAY, providerConfigKey: 'api-0', sync: 'sync-1' })).toEqual(
      expected(
        facts.filter(({ integration, sync }) => integration === 'api-0' && sync === 'sync-1'),
        DAY,
      ),
    )
    expect(await points({ stepMs: DAY, connectionId: 'c3' })).toEqual(
      expected(
        facts.filter(({ connection }) => connection === 'c3'),
        DAY,
      ),
    )
  }
  const { signal } = new AbortController()
  await all(it.dev)
  expect(await sumNewHours(it.clickhouse, signal)).toBe(0) // an insert may still be under way
  const later = Date.now() + 5 * 60_000
  expect(await sumNewHours(it.clickhouse, signal, later)).toBeGreaterThan(30)
  expect(await sumNewHours(it.clickhouse, signal, later)).toBe(0)
  await sql(it.store, 'TRUNCATE TABLE run_hour_insert')
  // From the sums alone: what is stored as runs is not looked at.
  await all(it.dev)

  const more = Array.from({ length: 40 }, (_, n) => fact(1000 + n, random(n), 1))
  await insertRunFacts(it.clickhouse, [...more, ...it.facts.slice(0, 50)])
  const now = [...it.dev, ...more.filter(({ environment }) => environment === 'dev')]
  // Sums were made five minutes from now.
  const inserted = `SELECT environment, hour, inserted_at + ${10 * 60_000} FROM run_hour_insert`
  await sql(it.store, `INSERT INTO run_hour_insert ${inserted}`)
  await all(now)
  await sumNewHours(it.clickhouse, signal, later + HOUR)
  await all(now)
})

const sorts = [
  ['RUN_ERROR_SORT_COUNT', ({ count }: RunError) => count],
  ['RUN_ERROR_SORT_CONNECTIONS', ({ connections }: RunError) => connections],
  ['RUN_ERROR_SORT_FIRST_SEEN', ({ firstSeenMs }: RunError) => firstSeenMs],
  ['RUN_ERROR_SORT_LAST_SEEN', ({ lastSeenMs }: RunError) => lastSeenMs],
] as const

test.concurrent('errors are grouped by fingerprint, in any order page by page, and a repeated row counts once', async () => {
  await using it = await world(240, 2)
  const request = { environment: 'dev', fromMs: BEGIN, toMs: BEGIN + 2 * DAY }
  const { errors, total } = await it.store.runFacts.listRunErrors(request)
  const groups = [
    ...Map.groupBy(
      it.dev.filter(({ fingerprint, finishedAt }) => fingerprint > 0n && finishedAt < BEGIN + 2 * DAY),
      ({ fingerprint }) => fingerprint,
    ),
  ]
  expect(total).toBe(groups.length)
  expect(errors.map(({ count }) => count)).toEqual(
    groups.map(([, { length }]) => length).sort((a, b) => b - a),
  )
  for (const error of errors) {
    const runs =
      groups
        .find(([fingerprint]) => fingerprintText(fingerprint) === error.fingerprint)?.[1]
        .sort(newestFirst) ?? []
    const [last, first] = [runs[0], runs.at(-1)]
    expect(error).toMatchObject({
      ...{
        count: runs.length,
        connections: new Set(runs.map(({ integration, connection }) => `${integration} ${connection}`)).size,
      },
      ...{ firstSeenMs: first?.finishedAt, lastSeenMs: last?.finishedAt, lastRunId: last?.runId },
      ...{
        sample: last?.error,
        message: last?.message,
        lastVersion: last?.version,
        firstVersion: first?.version,
      },
      versions: [...new Set(runs.map(({ version }) => version))].sort(),
      counts: Array.from(
        { length: 24 },
        (_, i) => runs.filter(({ finishedAt }) => Math.floor((finishedAt - BEGIN) / (2 * HOUR)) === i).length,
      ),
    })
  }
  for (const [sort, value] of sorts) {
    for (const ascending of [false, true]) {
      const paged: string[] = []
      let behind: RunErrorPosition | undefined
      do {
        const page = await it.store.runFacts.listRunErrors({ ...request, sort, ascending, limit: 2, behind })
        expect(page.total).toBe(total)
        paged.push(...page.errors.map(({ fingerprint }) => fingerprint))
        behind = page.next
      } while (behind)
      const order = (a: RunError, b: RunError) => (ascending ? value(a) - value(b) : value(b) - value(a))
      const inOrder = errors.toSorted((a, b) => order(a, b) || (a.fingerprint < b.fingerprint ? -1 : 1))
      expect(paged).toEqual(inOrder.map(({ fingerprint }) => fingerprint))
    }
  }
  const having = await it.store.runFacts.listRunErrors({ ...request, messageHas: 'ANSWERED 501' })
  expect(having.errors.length).toBeGreaterThan(0)
  expect(having.errors.every(({ message }) => message.endsWith('501'))).toBe(true)

  const days = [0, 1].map((day) => BEGIN + day * DAY)
  const { schedules } = await it.store.runFacts.listScheduleActivity({
    environment: 'dev',
    schedules: ['s3', 'none'],
    fromMs: BEGIN,
    days: 2,
  })
  const own = (day: number) =>
    it.dev.filter(
      ({ schedule, finishedAt }) => schedule === 's3' && Math.floor(finishedAt / DAY) * DAY === day,
    )
  expect(schedules).toEqual([
    {
      runs: days.map((day) => own(day).length),
      failures: days.map((day) => own(day).filter(({ fingerprint }) => fingerprint > 0n).length),
      changes: days.map((day) =>
        own(day).reduce((all, run) => all + run.added + run.updated + run.deleted, 0),
      ),
    },
    { runs: [0, 0], failures: [0, 0], changes: [0, 0] },
  ])
})
