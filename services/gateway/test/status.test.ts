import { AppError } from '@syncline/errors'
import type { CountRecordsRequest, ListSchedulesRequest } from '@syncline/proto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aSync, furnish, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>
const counted: CountRecordsRequest[] = []
const listed: ListSchedulesRequest[] = []

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
  const more = aSync({ name: 'all', models: ['GithubLabel', 'GithubPullRequest'] })
  await home.api('/deployments', { method: 'POST', json: { syncs: [more] } })
  world.schedules.listSchedules = async (request) => {
    listed.push(request)
    return { schedules: [schedule('issues', 'base'), schedule('issues', 'a'), schedule('all', 'base')] }
  }
  world.records.countRecords = async (request) => {
    counted.push(request)
    return { sizes: request.streams.map((_, index) => ({ live: index + 1 })) }
  }
})
afterAll(() => world[Symbol.asyncDispose]())

const schedule = (sync: string, variant: string) => ({
  id: `${sync}-${variant}`,
  providerConfigKey: 'github',
  connectionId: 'user-1',
  connectionUid: home.uid,
  sync,
  variant,
  state: 'SCHEDULE_STATE_STARTED' as const,
  frequency: 'every 6 hours',
  nextAtMs: 1_700_000_000_000,
})
const get = (query: string) => home.api(`/sync/status?${query}`)

test('each schedule has its own counts, of its own variant, by one call', async () => {
  const answer = await get('provider_config_key=github&syncs=*')
  expect(answer.status).toBe(200)
  expect(answer.body.syncs.map(({ id, recordCount }: Record<string, unknown>) => [id, recordCount])).toEqual([
    ['issues-base', { GithubIssue: 1 }],
    ['issues-a', { GithubIssue: 2 }],
    ['all-base', { GithubLabel: 3, GithubPullRequest: 4 }],
  ])
  expect(counted).toHaveLength(1)
  expect(counted[0]?.streams[1]).toEqual({
    environment: home.environment,
    connection: home.uid,
    model: 'GithubIssue',
    variant: 'a',
  })
  expect(listed[0]).toEqual({
    environment: home.environment,
    providerConfigKey: 'github',
    connectionId: '',
    syncs: [],
    limit: 250,
    cursor: '',
  })
})

test('a sync that never ran shows it', async () => {
  const answer = await get('provider_config_key=github&syncs=issues&connection_id=user-1')
  expect(answer.body.syncs[0]).toEqual({
    id: 'issues-base',
    connection_id: 'user-1',
    name: 'issues',
    variant: 'base',
    type: 'INITIAL',
    status: 'SUCCESS',
    frequency: 'every 6 hours',
    nextScheduledSyncAt: '2023-11-14T22:13:20.000Z',
    recordCount: { GithubIssue: 1 },
    checkpoint: null,
    lastRun: null,
    skippedSlots: 0,
    blocked: null,
    freshness: { lastSuccessAt: null, freshUntil: null, stale: null },
    pausedBecause: null,
    failures: 0,
  })
})

test('a long list is asked for page by page, each with one call to the scheduler and one to the record store', async () => {
  const before = { list: world.schedules.listSchedules, counts: counted.length }
  world.schedules.listSchedules = async ({ cursor }) =>
    cursor === ''
      ? { schedules: [schedule('issues', 'base')], nextCursor: 'more' }
      : { schedules: [schedule('all', 'base')] }
  const answer = await get('provider_config_key=github&syncs=*')
  expect(answer.body.syncs.map(({ id }: { id: string }) => id)).toEqual(['issues-base', 'all-base'])
  expect(counted).toHaveLength(before.counts + 2)
  if (before.list) world.schedules.listSchedules = before.list
})

test('the next schedules are asked for while the records of those before are counted', async () => {
  const { listSchedules, ...others } = world.schedules
  const { countRecords } = world.records
  const second = Promise.withResolvers<void>()
  world.records.countRecords = async (...call) => {
    await second.promise
    return countRecords?.(...call) ?? {}
  }
  world.schedules.listSchedules = async ({ cursor }) => {
    if (cursor !== '') second.resolve()
    return { schedules: [schedule(cursor || 'issues', 'base')], nextCursor: cursor === '' ? 'all' : '' }
  }
  expect(await get('provider_config_key=github&syncs=*')).toMatchObject({ status: 200 })
  world.schedules = { ...others, ...(listSchedules && { listSchedules }) }
  world.records.countRecords = countRecords as NonNullable<typeof countRecords>
})

test('names and variants in a list reach the scheduler', async () => {
  listed.length = 0
  await get('provider_config_key=github&syncs=issues,issues::a,all&connection_id=user-1')
  expect(listed[0]).toMatchObject({
    connectionId: 'user-1',
    syncs: [
      { name: 'issues', variant: 'base' },
      { name: 'issues', variant: 'a' },
      { name: 'all', variant: 'base' },
    ],
  })
})

test.each([
  ['provider_config_key=gitlab&syncs=*', 404, 'unknown_integration'],
  ['provider_config_key=github&syncs=*&connection_id=user-2', 404, 'unknown_connection'],
  ['provider_config_key=github&syncs=wiki', 404, 'unknown_sync'],
  ['provider_config_key=github&syncs=', 400, 'invalid_query_params'],
  ['provider_config_key=github&syncs=issues::nope', 404, 'unknown_sync'],
  ['provider_config_key=github', 400, 'invalid_query_params'],
  ['syncs=*', 400, 'invalid_query_params'],
  ['provider_config_key=github&syncs=a&syncs=b', 400, 'invalid_query_params'],
  ['provider_config_key=github&syncs=*&x=1', 400, 'invalid_query_params'],
])('%s is a %d %s', async (query, status, code) => {
  expect(await get(query)).toMatchObject({ status, body: { error: { code } } })
})

test('runs are listed newest first, with the reason why one failed', async () => {
  world.schedules.listRuns = async (request) => {
    expect(request).toMatchObject({
      connectionId: 'user-1',
      sync: { name: 'issues', variant: 'base' },
      limit: 20,
    })
    return {
      runs: [
        {
          id: 'run-2',
          state: 'RUN_STATE_ENDED',
          attempt: 1,
          cause: 'trigger',
          requestedAtMs: 1_700_000_000_000,
          startedAtMs: 1_700_000_001_000,
          finishedAtMs: 1_700_000_002_000,
          outcome: 'RUN_OUTCOME_OUT_OF_MEMORY',
          error: 'used more than 256 MiB',
          counts: [{ model: 'GithubIssue', added: 3, updated: 1, unchanged: 5 }],
          sandbox: 'oswall',
          lastLines: ['info page 7'],
          version: '1',
          ...{ providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'base' },
        },
      ],
    }
  }
  const answer = await home.api('/runs?provider_config_key=github&connection_id=user-1&sync_name=issues')
  expect(answer.body.runs).toEqual([
    {
      id: 'run-2',
      state: 'ended',
      reason: 'out_of_memory',
      error: 'used more than 256 MiB',
      warning: null,
      attempt: 1,
      cause: 'trigger',
      requestedAt: '2023-11-14T22:13:20.000Z',
      startedAt: '2023-11-14T22:13:21.000Z',
      finishedAt: '2023-11-14T22:13:22.000Z',
      result: { GithubIssue: { added: 3, updated: 1, deleted: 0, unchanged: 5 } },
      sandbox: 'oswall',
      lastLines: ['info page 7'],
      throttled: null,
      parked: null,
      fruitlessAttempts: 0,
      ...{ provider_config_key: 'github', connection_id: 'user-1', sync_name: 'issues', variant: 'base' },
      version: '1',
    },
  ])
  expect(answer.body.next_cursor).toBeNull()
})

test('the log of a run is asked for in the environment of the key', async () => {
  world.records.listLogs = async (request) => {
    expect(request).toEqual({ environment: home.environment, runId: 'run-2', limit: 1000, cursor: '' })
    return { lines: [{ atMs: 1_700_000_000_000, level: 'LOG_LEVEL_WARN', message: 'slow' }], nextCursor: 'c' }
  }
  expect((await home.api('/runs/run-2/logs')).body).toEqual({
    lines: [{ at: '2023-11-14T22:13:20.000Z', level: 'warn', message: 'slow' }],
    next_cursor: 'c',
  })
})

test('the attempts of a run are those that runners told of, and the one that goes on', async () => {
  const told = {
    ...{
      attempt: 1,
      runner: 'host/1/a',
      sandbox: 'oswall',
      startedAtMs: 1000,
      endedAtMs: 4000,
      error: 'its API said 429',
    },
    ...{ outcome: 'throttled', version: '1.0.0', bundle: 'b1' },
    phases: { queuedMs: 1, beginMs: 2, functionMs: 3, savesMs: 4, settleMs: 5 },
    calls: [{ host: 'a.io', status: 429, count: 1, retries: 0, waitMs: 0, totalMs: 7, maxMs: 7 }],
    batches: [{ model: 'Issue', calls: 1, records: 2, bytes: 3, ms: 4 }],
    checkpoint: { before: '', after: '{"page":2}' },
    position: { file: 'issues.ts', line: 3, column: 1, source: [{ line: 3, text: 'throw it' }] },
  }
  world.records.listAttempts = async (request) => {
    expect(request).toEqual({ environment: home.environment, runId: 'run-2' })
    return { attempts: [told] }
  }
  const before = world.schedules.getRun
  const attempts = async () => (await home.api('/runs/run-2/attempts')).body.attempts
  const answer = {
    ...{ attempt: 1, runner: 'host/1/a', sandbox: 'oswall', error: 'its API said 429', outcome: 'throttled' },
    ...{
      started_at: '1970-01-01T00:00:01.000Z',
      ended_at: '1970-01-01T00:00:04.000Z',
      version: '1.0.0',
      bundle: 'b1',
    },
    phases: { queued_ms: 1, begin_ms: 2, function_ms: 3, saves_ms: 4, settle_ms: 5 },
    calls: [{ host: 'a.io', status: 429, count: 1, retries: 0, wait_ms: 0, total_ms: 7, max_ms: 7 }],
    batches: [{ model: 'Issue', calls: 1, records: 2, bytes: 3, ms: 4 }],
    checkpoint: { before: null, after: { page: 2 } },
    position: { file: 'issues.ts', line: 3, column: 1, source: [{ line: 3, text: 'throw it' }] },
  }
  const running = { state: 'RUN_STATE_RUNNING' as const, attempt: 2, runner: 'host/2/b', takenAtMs: 9000 }
  world.schedules.getRun = async ({ runId }) => ({ id: runId, ...running })
  expect(await attempts()).toEqual([
    answer,
    {
      ...{
        attempt: 2,
        runner: 'host/2/b',
        sandbox: null,
        started_at: '1970-01-01T00:00:09.000Z',
        ended_at: null,
      },
      ...{ outcome: null, error: null, version: null, bundle: null, checkpoint: null, position: null },
      phases: { queued_ms: 0, begin_ms: 0, function_ms: 0, saves_ms: 0, settle_ms: 0 },
      ...{ calls: [], batches: [] },
    },
  ])
  // Its end is told a moment before the scheduler knows it.
  world.schedules.getRun = async ({ runId }) => ({ id: runId, ...running, attempt: 1 })
  expect(await attempts()).toEqual([answer])
  world.schedules.getRun = async () => {
    throw new AppError('unknown_run', 'nobody keeps it any more')
  }
  expect(await attempts()).toEqual([answer])
  if (before) world.schedules.getRun = before
})

test('with a limit the status comes in pages, and the Link header leads to the next one', async () => {
  const before = world.schedules.listSchedules
  world.schedules.listSchedules = async ({ cursor }) => ({
    schedules: [schedule('issues', cursor === '' ? 'base' : 'a')],
    nextCursor: cursor === '' ? 'c1' : '',
  })
  const first = await get('provider_config_key=github&syncs=issues,issues::a&limit=1')
  expect(first).toMatchObject({ status: 200, body: { next_cursor: 'c1' } })
  const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? expect.fail()
  const second = await home.api(next)
  expect(second).toMatchObject({ status: 200, body: { syncs: [{ variant: 'a' }], next_cursor: null } })
  expect(second.headers.get('link')).toBe(null)
  if (before) world.schedules.listSchedules = before
})
