import type { ListRunFactsRequest, RunError, RunFact } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { furnish, startWorld, type World } from './world.ts'

const AT = 1_700_000_000_000
const AT_TEXT = '2023-11-14T22:13:20.000Z'
const HOUR = 3_600_000

let world: World
let home: Awaited<ReturnType<typeof furnish>>
beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world?.[Symbol.asyncDispose]())

const cli = (args: string[]) => runCli(args, { SYNCLINE_URL: world.url, SYNCLINE_KEY: home.key })

const names = { providerConfigKey: 'github', sync: 'issues' }
const fact: RunFact = {
  ...{ ...names, runId: 's-7', connectionId: 'user-1', variant: 'base', cause: 'schedule', attempts: 2 },
  ...{ outcome: 'RUN_OUTCOME_FAILED', error: 'call 7 answered 502', version: '3' },
  ...{ requestedAtMs: AT - 2000, startedAtMs: AT - 1000, finishedAtMs: AT },
  counts: [{ model: 'GithubIssue', added: 1, updated: 2, deleted: 3, unchanged: undefined }],
}
const error: RunError = {
  ...{
    ...names,
    fingerprint: 'f'.repeat(16),
    outcome: 'RUN_OUTCOME_FAILED',
    message: 'call <number> answered 502',
  },
  ...{ sample: 'call 7 answered 502', lastRunId: 's-7', lastVersion: '3', firstVersion: '', versions: ['3'] },
  ...{
    count: 5,
    connections: 2,
    firstSeenMs: AT,
    lastSeenMs: AT + 1000,
    counts: Array.from({ length: 24 }, () => 0),
  },
}

test('errors are told in pages of the same time, with the deployment that they came with', async () => {
  const asked: object[] = []
  const version = world.catalog.syncs.peek(home.environment, 'github', 'issues')?.version ?? ''
  const firstSeenMs = Date.now() + HOUR
  const behind = { value: 2, fingerprint: error.fingerprint }
  world.runFacts.listRunErrors = async (request) => {
    asked.push(request)
    const next = request.behind ? undefined : behind
    return { errors: [{ ...error, firstVersion: version, firstSeenMs }], total: 2, next }
  }
  const { body, headers } = await home.api(
    '/errors?provider_config_key=github&sync_name=issues&q=502&sort=connections&order=asc&limit=1',
  )
  expect(body).toMatchObject({
    total: 2,
    errors: [
      {
        ...{ fingerprint: error.fingerprint, outcome: 'failed', version: '3', count: 5 },
        first_version_deployed_at: expect.any(String),
      },
    ],
  })
  expect(Date.parse(body.to) - Date.parse(body.from)).toBe(7 * 24 * HOUR)
  expect(asked[0]).toMatchObject({
    ...names,
    messageHas: '502',
    limit: 1,
    sort: 'RUN_ERROR_SORT_CONNECTIONS',
    ascending: true,
    toMs: Date.parse(body.to),
  })
  const next = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? ''
  expect((await home.api(next)).body.next_cursor).toBeNull()
  expect(asked[1]).toMatchObject({ behind, toMs: Date.parse(body.to), fromMs: Date.parse(body.from) })
  const other = await home.api(`/errors?cursor=${body.next_cursor}`)
  expect(other.body.error).toMatchObject({
    code: 'invalid_cursor',
    message: expect.stringContaining("by 'connections asc', not by 'count desc'"),
  })

  world.runFacts.listRunErrors = async () => ({ errors: [error], total: 1, next: undefined })
  expect((await home.api('/errors')).body.errors[0].first_version_deployed_at).toBeNull()
  expect((await home.api('/errors?cursor=x')).body.error.code).toBe('invalid_cursor')
  world.runFacts.listRunErrors = async (request) => {
    asked.push(request)
    return { errors: [error], total: 1, next: undefined }
  }
  const { out } = await cli(['errors', '--sync', 'github/issues', '--sort', 'last_seen'])
  expect(asked.at(-1)).toMatchObject({ sort: 'RUN_ERROR_SORT_LAST_SEEN', ascending: false })
  expect(out).toContain('call <number> answered 502')
  expect(out).toContain(`syncline runs --fingerprint ${error.fingerprint}`)
})

test('a time series has all its points, and no more than 500', async () => {
  world.runFacts.getRunStats = async ({ fromMs, stepMs }) => ({
    points: [
      {
        ...{ atMs: fromMs + stepMs, added: 1, updated: 2, deleted: 3, waitMs: { p50: 4, p99: 5 } },
        runs: [
          { outcome: 'RUN_OUTCOME_SUCCESS', count: 6 },
          { outcome: 'RUN_OUTCOME_TIMED_OUT', count: 7 },
        ],
      },
    ],
  })
  const none = { runs: {}, records: { added: 0, updated: 0, deleted: 0 }, wait_ms: null, duration_ms: null }
  expect(
    (await home.api(`/stats?from=${AT_TEXT}&to=2023-11-15T00:13:20Z&step=3600&provider_config_key=github`))
      .body,
  ).toEqual({
    step_seconds: 3600,
    points: [
      { at: '2023-11-14T22:00:00.000Z', ...none },
      {
        at: '2023-11-14T23:00:00.000Z',
        runs: { success: 6, timed_out: 7 },
        records: { added: 1, updated: 2, deleted: 3 },
        ...{ wait_ms: { p50: 4, p99: 5 }, duration_ms: null },
      },
      { at: '2023-11-15T00:00:00.000Z', ...none },
    ],
  })
  const day = (await home.api('/stats')).body
  expect([day.step_seconds, day.points.length]).toEqual([
    300,
    expect.toSatisfy((count: number) => count === 288 || count === 289),
  ])
  const year = (await home.api('/stats?from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z')).body
  expect([year.step_seconds, year.points.length]).toEqual([86_400, 365])
  for (const query of [
    'from=2025-01-01T00:00:00Z&step=60',
    'step=61',
    'from=2999-01-01T00:00:00Z',
    'connection_id=user-1',
    'variant=a',
  ])
    expect([query, (await home.api(`/stats?${query}`)).status]).toEqual([query, 400])
  const { out } = await cli(['stats', '--since', AT_TEXT, '--until', '2023-11-15T00:13:20Z'])
  expect(out.split('\n')[0]).toMatch(/^FROM +RUNS +FAILED/)
})

test('what schedules did on each of the last days', async () => {
  world.runFacts.listScheduleActivity = async ({ schedules }) => ({
    schedules: schedules.map((id) =>
      id === 's1' ? { changes: [5, 6], runs: [1, 2], failures: [0, 1] } : {},
    ),
  })
  const { body } = await home.api('/schedules/activity?ids=s1,s2&days=2')
  expect(body.days).toEqual(
    [1, 0].map((day) => new Date(Date.now() - day * 24 * HOUR).toISOString().slice(0, 10)),
  )
  expect(body.schedules).toEqual([
    { id: 's1', changes: [5, 6], runs: [1, 2], failures: [0, 1] },
    { id: 's2', changes: [0, 0], runs: [0, 0], failures: [0, 0] },
  ])
  expect((await home.api('/schedules/activity?ids=a%20b')).status).toBe(400)
})

test('runs that the scheduler does not keep come from the record store; without it the others are told, and why', async () => {
  const asked: ListRunFactsRequest[] = []
  const recent = {
    ...names,
    id: 's-8',
    connectionId: 'user-1',
    variant: 'base',
    state: 'RUN_STATE_ENDED' as const,
    finishedAtMs: AT + HOUR,
  }
  world.schedules.listRuns = async ({ endedToMs }) => ({ runs: endedToMs ? [] : [recent] })
  world.runFacts.listRunFacts = async (request) => {
    asked.push(request)
    return { runs: [fact], isLast: true, knownFromMs: AT, knownToMs: AT + 1 }
  }
  world.runFacts.getRunFact = async () => fact
  const { body } = await home.api('/runs')
  expect(body).toMatchObject({ next_cursor: null, unavailable: [] })
  expect(body.runs.map(({ id }: { id: string }) => id)).toEqual(['s-8', 's-7'])
  expect(body.runs[1]).toEqual({
    ...{
      id: 's-7',
      state: 'ended',
      reason: 'failed',
      error: 'call 7 answered 502',
      warning: null,
      attempt: 2,
    },
    ...{
      fruitlessAttempts: 0,
      cause: 'schedule',
      requestedAt: '2023-11-14T22:13:18.000Z',
      startedAt: '2023-11-14T22:13:19.000Z',
    },
    ...{ finishedAt: AT_TEXT, result: { GithubIssue: { added: 1, updated: 2, deleted: 3 } }, version: '3' },
    ...{ sandbox: null, lastLines: [], throttled: null, parked: null },
    ...{ provider_config_key: 'github', connection_id: 'user-1', sync_name: 'issues', variant: 'base' },
  })
  expect((await home.api('/runs?fingerprint=000000000000000f&q=502')).body.runs).toMatchObject([
    { id: 's-7' },
  ])
  expect(asked.at(-1)).toMatchObject({ fingerprint: '000000000000000f', errorHas: '502', recent: true })
  expect((await home.api('/runs?fingerprint=x')).status).toBe(400)
  await world.stopRecords()
  expect((await home.api('/runs')).body).toMatchObject({
    runs: [{ id: 's-8' }],
    next_cursor: null,
    unavailable: ['records'],
  })
  expect((await home.api('/errors')).body.error.code).toBe('unavailable')
  await world.startRecords()
  await world.stopScheduler()
  await eventually(async () =>
    expect((await home.api('/runs')).body).toMatchObject({
      runs: [{ id: 's-7' }],
      unavailable: ['scheduler'],
    }),
  )
  expect((await home.api('/runs/s-7')).body).toMatchObject({ id: 's-7', version: '3' })
})
