import type {
  CountRecordsRequest,
  CountSchedulesRequest,
  ListRunsRequest,
  ListSchedulesRequest,
  SearchSchedulesRequest,
} from '@syncline/proto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { encodePosition } from '../src/run-list/runs-position.ts'
import { aSync, furnish, startWorld, type World } from './world.ts'

const AT = 1_700_000_000_000
const AT_TEXT = '2023-11-14T22:13:20.000Z'

let world: World
let home: Awaited<ReturnType<typeof furnish>>
const listed: SearchSchedulesRequest[] = []
const looked: ListSchedulesRequest[] = []
const asked: ListRunsRequest[] = []
const counted: CountRecordsRequest[] = []

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
  world.records.countRecords = async (request) => {
    counted.push(request)
    return { sizes: request.streams.map(() => ({ live: 7 })) }
  }
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  for (const list of [listed, looked, asked, counted]) list.length = 0
  world.schedules.listSchedules = async (request) => {
    looked.push(request)
    return { schedules: [schedule()] }
  }
  world.schedules.searchSchedules = async (request) => {
    listed.push(request)
    return { schedules: [schedule()], nextCursor: 'next', total: 7 }
  }
  world.schedules.listRuns = async (request) => {
    asked.push(request)
    return { runs: [run], nextCursor: '' }
  }
})

const names = { providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'base' }
const run = {
  ...names,
  id: 's-1',
  state: 'RUN_STATE_RUNNING' as const,
  requestedAtMs: AT,
  parked: 'the quota',
}
const schedule = (fields: object = {}) => ({
  ...names,
  id: 's',
  connectionUid: home.uid,
  state: 'SCHEDULE_STATE_STARTED' as const,
  frequency: 'every 6 hours',
  freshness: {
    ...{ lastSuccessMs: AT, freshUntilMs: AT + 1000, sinceMs: AT + 2000, untilMs: AT + 9000 },
    reason: 'STALE_REASON_RATE_LIMITED' as const,
    message: 'its API makes it wait',
  },
  ...fields,
})
const stale = {
  reason: 'rate_limited',
  since: '2023-11-14T22:13:22.000Z',
  until: '2023-11-14T22:13:29.000Z',
  message: 'its API makes it wait',
}

test('a page of schedules is one call to the scheduler, and one to the record store', async () => {
  const answer = await home.api('/schedules')
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    schedules: [
      {
        provider_config_key: 'github',
        connection_id: 'user-1',
        name: 'issues',
        recordCount: { GithubIssue: 7 },
        freshness: { lastSuccessAt: AT_TEXT, freshUntil: '2023-11-14T22:13:21.000Z', stale },
      },
    ],
    next_cursor: 'next',
    total: 7,
    unavailable: [],
  })
  expect([listed.length, counted.length]).toEqual([1, 1])
  expect(listed[0]).toEqual({
    ...{ environment: home.environment, limit: 100, cursor: '' },
    ...{ sort: 'SCHEDULE_SORT_PLACE', descending: false },
    filter: {
      ...{ providerConfigKey: '', connectionId: '', syncs: [], states: [], runStates: [], reasons: [] },
      ...{ onlyStale: false, onlyFailing: false, tags: {}, version: '', q: '' },
    },
  })
})

test('filters and the cursor reach the scheduler', async () => {
  const where = 'provider_config_key=github&connection_id=user-1&syncs=issues,issues::a&limit=5&cursor=abc'
  const what = 'state=started,paused&reason=failing,environment_full&stale=true&tags[plan]=pro&tags[tier]=1'
  const more = 'failing=true&run_state=running&version=1&q=USER&sort=stale_since&order=desc'
  expect((await home.api(`/schedules?${where}&${what}&${more}`)).status).toBe(200)
  const filter = {
    providerConfigKey: 'github',
    connectionId: 'user-1',
    syncs: [
      { name: 'issues', variant: 'base' },
      { name: 'issues', variant: 'a' },
    ],
    states: ['SCHEDULE_STATE_STARTED', 'SCHEDULE_STATE_PAUSED'],
    runStates: ['RUN_STATE_RUNNING'],
    reasons: ['STALE_REASON_FAILING', 'STALE_REASON_ENVIRONMENT_FULL'],
    onlyStale: true,
    onlyFailing: true,
    tags: { plan: 'pro', tier: '1' },
    ...{ version: '1', q: 'USER' },
  }
  const order = { sort: 'SCHEDULE_SORT_STALE_SINCE', descending: true }
  expect(listed[0]).toEqual({ environment: home.environment, filter, ...order, limit: 5, cursor: 'abc' })
})

test.each([
  ['/schedules?provider_config_key=nope', 404, 'unknown_integration'],
  ['/schedules?provider_config_key=github&connection_id=nobody', 404, 'unknown_connection'],
  ['/schedules?provider_config_key=github&syncs=nope', 404, 'unknown_sync'],
  ['/schedules?connection_id=user-1', 400, 'invalid_query_params'],
  ['/schedules?reason=bored', 400, 'invalid_query_params'],
  ['/schedules?limit=101', 400, 'invalid_query_params'],
  ['/schedules?x=1', 400, 'invalid_query_params'],
  ['/runs?sync_name=issues', 400, 'invalid_query_params'],
  ['/runs?state=asleep', 400, 'invalid_query_params'],
  ['/runs?provider_config_key=nope', 404, 'unknown_integration'],
  ['/why?provider_config_key=github&connection_id=user-1&sync_name=nope', 404, 'unknown_sync'],
  ['/why?provider_config_key=github&connection_id=nobody&sync_name=issues', 404, 'unknown_connection'],
  ['/why?provider_config_key=github&connection_id=user-1', 400, 'invalid_query_params'],
])('GET %s is a %d %s', async (path, status, code) => {
  expect(await home.api(path)).toMatchObject({ status, body: { error: { code } } })
})

test('counts of schedules: by state, reason, sync, integration and version', async () => {
  const asked: CountSchedulesRequest[] = []
  world.schedules.countSchedules = async (request) => {
    asked.push(request)
    const sync = { providerConfigKey: 'github', version: '1' }
    return {
      ...{ total: 5, started: 3, paused: 2, blocked: 1, queued: 1, running: 1, failing: 1, stale: 2 },
      reasons: [{ reason: 'STALE_REASON_PAUSED', count: 2 }],
      syncs: [
        { ...sync, sync: 'issues', total: 4, stale: 1 },
        { ...sync, sync: 'pulls', total: 1, stale: 1 },
      ],
    }
  }
  expect((await home.api('/schedules/counts?q=acme&state=paused')).body).toEqual({
    ...{ total: 5, started: 3, paused: 2, blocked: 1, queued: 1, running: 1, failing: 1 },
    ...{ stale: 2, fresh: 3 },
    reasons: { paused: 2 },
    integrations: [{ provider_config_key: 'github', total: 5, stale: 2 }],
    syncs: [
      { provider_config_key: 'github', sync_name: 'issues', version: '1', total: 4, stale: 1 },
      { provider_config_key: 'github', sync_name: 'pulls', version: '1', total: 1, stale: 1 },
    ],
    versions: [{ version: '1', total: 5, stale: 2 }],
    unavailable: [],
  })
  expect(asked).toMatchObject([{ filter: { q: 'acme', states: ['SCHEDULE_STATE_PAUSED'] } }])
})

test('a list waits while the scheduler reads a large environment, and not without a bound', async () => {
  let asked = 0
  world.schedules.searchSchedules = async () => ({ reading: ++asked < 3, total: 7 })
  expect((await home.api('/schedules')).body).toMatchObject({ total: 7, unavailable: [] })
  world.schedules.countSchedules = async () => ({ reading: true })
  expect(await home.api('/schedules/counts')).toMatchObject({
    status: 503,
    body: { error: { code: 'unavailable', message: expect.stringContaining(home.environment) } },
  })
})

test('what the scheduler has lost is shown with what the catalog knows of it', async () => {
  world.schedules.searchSchedules = async () => ({
    schedules: [schedule({ state: 'SCHEDULE_STATE_UNSPECIFIED' })],
  })
  expect((await home.api('/schedules')).body).toMatchObject({
    schedules: [{ id: null, status: null, name: 'issues', frequency: 'every 6 hours', freshness: { stale } }],
    next_cursor: null,
  })
})

test('why tells the schedule, its skipped slots and its last runs', async () => {
  world.schedules.listSkippedSlots = async (request) => {
    expect(request).toEqual({
      environment: home.environment,
      providerConfigKey: 'github',
      connectionId: 'user-1',
      sync: { name: 'issues', variant: 'a' },
    })
    return { skipped: [{ firstMs: AT, lastMs: AT + 1000, count: 2, reason: 'STALE_REASON_OVERLAP' }] }
  }
  const answer = await home.api(
    '/why?provider_config_key=github&connection_id=user-1&sync_name=issues&variant=a',
  )
  expect(answer.body).toMatchObject({
    schedule: { id: 's', freshness: { stale }, recordCount: { GithubIssue: 7 } },
    skipped: [{ first: AT_TEXT, last: '2023-11-14T22:13:21.000Z', count: 2, reason: 'overlap' }],
    runs: [{ id: 's-1', state: 'running', parked: 'the quota', connection_id: 'user-1' }],
    unavailable: [],
  })
  expect(looked[0]).toMatchObject({ syncs: [{ name: 'issues', variant: 'a' }] })
})

test('a variant that the scheduler does not have is unknown', async () => {
  world.schedules.listSchedules = async () => ({ schedules: [] })
  world.schedules.listSkippedSlots = async () => ({ skipped: [] })
  const answer = await home.api(
    '/why?provider_config_key=github&connection_id=user-1&sync_name=issues&variant=z',
  )
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'unknown_sync' } } })
})

test('runs of the whole environment', async () => {
  const answer = await home.api('/runs?state=queued,running&limit=100')
  expect(answer.body).toMatchObject({
    runs: [{ id: 's-1', provider_config_key: 'github', sync_name: 'issues', variant: 'base' }],
    next_cursor: null,
  })
  expect(asked[0]).toMatchObject({
    ...{ environment: home.environment, providerConfigKey: '', connectionId: '', sync: undefined },
    ...{ states: ['RUN_STATE_QUEUED', 'RUN_STATE_RUNNING'], outcomes: [], limit: 100, cursor: '' },
  })
  const cursor = encodePosition({ part: 'recent', cursor: 'abc', seamMs: 1000, lastMs: 2000 })
  await home.api(`/runs?provider_config_key=github&outcome=success,lost&cursor=${cursor}`)
  expect(asked[1]).toMatchObject({
    ...{ providerConfigKey: 'github', limit: 20, cursor: 'abc', endedFromMs: 1000 },
    outcomes: ['RUN_OUTCOME_SUCCESS', 'RUN_OUTCOME_LOST'],
  })
})

test('capacity tells limits and runners', async () => {
  world.schedules.getCapacity = async () => ({
    environment: { name: home.environment, maxRuns: 200, running: 3, waiting: 2, weight: 1 },
    syncs: [{ name: 'github/issues', running: 3, waiting: 2, weight: 1 }],
    runners: [{ id: 'host/1/r', sandbox: 'oswall', slots: 4, reservedSlots: 1, busy: 3, seenAtMs: AT }],
    waitingByLane: { fresh: 2 },
    waitingByReason: { integrationFull: 2 },
  })
  expect((await home.api('/capacity')).body).toEqual({
    environment: { name: home.environment, max_runs: 200, running: 3, waiting: 2, weight: 1 },
    integrations: [],
    syncs: [{ name: 'github/issues', max_runs: null, running: 3, waiting: 2, weight: 1 }],
    runners: [{ id: 'host/1/r', sandbox: 'oswall', slots: 4, reserved_slots: 1, busy: 3, seen_at: AT_TEXT }],
    waiting: {
      lanes: { triggered: 0, first: 0, fresh: 2 },
      reasons: { environment_full: 0, integration_full: 2, no_runner: 0 },
    },
  })
})

test('without records, schedules have no counts, and the answer says so', async () => {
  await using alone = await startWorld()
  const { api, uid } = await furnish(alone)
  const known = { schedules: [{ ...schedule(), connectionUid: uid }] }
  alone.schedules.listSchedules = async () => known
  alone.schedules.searchSchedules = async () => known
  alone.schedules.listSkippedSlots = async () => ({ skipped: [] })
  alone.schedules.listRuns = async () => ({ runs: [] })
  await alone.stopRecords()
  expect((await api('/schedules')).body).toMatchObject({
    schedules: [{ id: 's', recordCount: null }],
    unavailable: ['records'],
  })
  expect(
    (await api('/why?provider_config_key=github&connection_id=user-1&sync_name=issues')).body,
  ).toMatchObject({
    schedule: { id: 's', recordCount: null },
    unavailable: ['records'],
  })
})

test('runs between two times: any offset is the same instant, and the next page is of the same time', async () => {
  world.schedules.listRuns = async (request) => {
    asked.push(request)
    return { runs: [run], nextCursor: 'next' }
  }
  const from = encodeURIComponent('2026-01-31T14:00+02')
  const { headers } = await home.api(`/runs?from=${from}&to=2026-01-31T13:00:00Z`)
  const times = { fromMs: Date.UTC(2026, 0, 31, 12), toMs: Date.UTC(2026, 0, 31, 13) }
  expect(asked.at(-1)).toMatchObject(times)
  const next = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? ''
  expect((await home.api(next)).status).toBe(200)
  expect(asked.at(-1)).toMatchObject({ ...times, cursor: 'next' })
  expect((await home.api('/runs?from=yesterday')).body.error.errors).toMatchObject([{ path: ['from'] }])
  const reversed = await home.api('/runs?from=2026-01-31T13:00:00Z&to=2026-01-31T13:00:00Z')
  expect(reversed.body.error.errors).toMatchObject([{ path: ['to'] }])
})

test.each(['is gone', 'hangs'])('while the scheduler %s, the catalog answers within 5 s', async (how) => {
  await using alone = await startWorld()
  const { api } = await furnish(alone)
  await api('/deployments', { method: 'POST', json: { syncs: [aSync({ name: 'all' })] } })
  const connection = { provider_config_key: 'github', connection_id: 'user-2' }
  await api('/connections', {
    method: 'POST',
    json: { ...connection, credentials: { type: 'API_KEY', apiKey: 'k' }, tags: { plan: 'pro' } },
  })
  alone.records.countRecords = async ({ streams }) => ({ sizes: streams.map(() => ({ live: 3 })) })
  const hang = (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  if (how === 'hangs')
    for (const call of [
      ...(['listSchedules', 'searchSchedules', 'countSchedules'] as const),
      ...(['listRuns', 'listSkippedSlots', 'getCapacity'] as const),
    ])
      alone.schedules[call] = hang
  else await alone.stopScheduler()

  const begun = performance.now()
  const down = {
    reason: 'scheduler_down',
    until: null,
    since: expect.any(String),
    message: expect.any(String),
  }
  const page = (await api('/schedules?limit=3')).body
  expect(
    page.schedules.map((it: Record<string, unknown>) => [it.connection_id, it.name, it.recordCount]),
  ).toEqual([
    ['user-1', 'all', { GithubAll: 3 }],
    ['user-1', 'issues', { GithubIssue: 3 }],
    ['user-2', 'all', { GithubAll: 3 }],
  ])
  expect(page.unavailable).toEqual(['scheduler'])
  expect(page.schedules[0]).toMatchObject({ id: null, status: null, freshness: { stale: down } })
  const [next, tagged, searched, counts, other, why, status, capacity] = await Promise.all([
    api(`/schedules?limit=3&cursor=${page.next_cursor}`),
    api('/schedules?tags[plan]=pro'),
    api('/schedules?q=SER-2&sort=last_run&order=desc&limit=1'),
    api('/schedules/counts?q=user'),
    api('/schedules?reason=failing'),
    api('/why?provider_config_key=github&connection_id=user-1&sync_name=issues'),
    api('/sync/status?provider_config_key=github&syncs=*'),
    api('/capacity'),
  ])
  expect(next.body).toMatchObject({
    schedules: [{ connection_id: 'user-2', name: 'issues' }],
    next_cursor: null,
  })
  expect(tagged.body.schedules).toHaveLength(2)
  expect(searched.body).toMatchObject({
    schedules: [{ connection_id: 'user-2', name: 'all', tags: { plan: 'pro' }, version: '1' }],
    total: 2,
    next_cursor: expect.any(String),
  })
  expect(counts.body).toMatchObject({
    ...{ total: 4, stale: 4, fresh: 0, started: null, running: null, reasons: { scheduler_down: 4 } },
    integrations: [{ provider_config_key: 'github', total: 4, stale: 4 }],
    syncs: [
      { sync_name: 'all', version: '1', total: 2 },
      { sync_name: 'issues', total: 2 },
    ],
    unavailable: ['scheduler'],
  })
  expect(other.body.schedules).toEqual([])
  expect(why.body).toMatchObject({
    schedule: {
      name: 'issues',
      frequency: 'every 6 hours',
      recordCount: { GithubIssue: 3 },
      freshness: { stale: down },
    },
    ...{ skipped: null, runs: null, unavailable: ['scheduler'] },
  })
  for (const refused of [status, capacity]) {
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
  }
  // Not as long as one call to the scheduler may take.
  expect(performance.now() - begun).toBeLessThan(25_000)
})
