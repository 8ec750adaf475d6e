import { FakeRecords } from '@syncline/testkit/records'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { aSync, furnish, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>
let store: FakeRecords

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
  await home.api('/connections', {
    method: 'POST',
    json: {
      provider_config_key: 'github',
      connection_id: 'user-2',
      credentials: { type: 'API_KEY', apiKey: 'k' },
    },
  })
  await home.api('/deployments', {
    method: 'POST',
    json: { syncs: [aSync({ models: ['GithubIssue', 'Label'] })] },
  })
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  store = new FakeRecords()
  world.records = store.calls
})

const put = (model: string, variant: string, ids: string[]) =>
  store.put(
    { environment: home.environment, connection: home.uid, model, variant },
    ids.map((id) => ({ id })),
  )

/** Names and counts, page by page. */
async function listed(query: string, limit: number): Promise<string[]> {
  const found: string[] = []
  for (let cursor = ''; ; ) {
    const at = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { status, body, text } = await home.api(`/records/streams?${query}&limit=${limit}${at}`)
    expect(status, text).toBe(200)
    for (const it of body.streams)
      found.push(`${it.connection_id} ${it.model}::${it.variant} ${it.sync_name} ${it.records}`)
    if (body.next_cursor === null) return found
    cursor = body.next_cursor
  }
}

test('streams are those that connections should have and those that hold records, each once, in pages of any size', async () => {
  put('GithubIssue', 'base', ['1', '2'])
  put('GithubIssue', 'team-a', ['1'])
  put('Gone', 'base', ['1', '2', '3'])
  put('Label', 'z', ['1'])
  const ofOne = [
    'user-1 GithubIssue::base issues 2',
    'user-1 GithubIssue::team-a issues 1',
    'user-1 Gone::base null 3',
    'user-1 Label::base issues 0',
    'user-1 Label::z issues 1',
  ]
  const ofTwo = ['user-2 GithubIssue::base issues 0', 'user-2 Label::base issues 0']
  for (const limit of [1, 2, 3, 100]) {
    expect(await listed('provider_config_key=github', limit)).toEqual([...ofOne, ...ofTwo])
    expect(await listed('provider_config_key=github&connection_id=user-1', limit)).toEqual(ofOne)
    expect(await listed('q=LABEL::', limit)).toEqual([...ofOne.slice(3), ...ofTwo.slice(1)])
  }
})

test('a stream says its bytes and when it changed last; one that was emptied and is expected by nobody is not there', async () => {
  put('GithubIssue', 'team-a', ['1'])
  const at = 'provider_config_key=github&connection_id=user-1'
  const { body } = await home.api(`/records/streams?${at}&q=team-a`)
  expect(body.streams).toMatchObject([{ bytes: 10, last_modified_at: expect.stringMatching(/Z$/) }])
  world.records = {
    ...store.calls,
    countRecords: async () => ({ sizes: [{ live: 0, bytes: 0, lastModifiedMs: 0 }] }),
  }
  expect((await home.api(`/records/streams?${at}&q=team-a`)).body.streams).toEqual([])
})

test.each([
  ['connection_id=user-1', 400, 'missing_provider_config_key'],
  ['provider_config_key=nope', 404, 'unknown_integration'],
  ['provider_config_key=github&connection_id=nope', 404, 'unknown_connection'],
  ['cursor=nope', 400, 'invalid_cursor'],
  ['limit=501', 400, 'invalid_query_params'],
])('streams asked for with %j are a %d %s', async (query, status, code) => {
  expect(await home.api(`/records/streams?${query}`)).toMatchObject({ status, body: { error: { code } } })
})

const run = {
  id: 'run-1',
  providerConfigKey: 'github',
  connectionId: 'user-1',
  sync: 'issues',
  variant: 'base',
  requestedAtMs: 1_700_000_000_000,
  finishedAtMs: 1_700_000_060_000,
}

test('the changes of a run come model by model, in pages of any size, and only its own time is looked at', async () => {
  const asked: unknown[] = []
  world.schedules.getRun = async () => run
  const changes = ['1', '2', '3'].map((id) => ({
    id,
    action: 'RECORD_ACTION_ADDED' as const,
    atMs: 1_700_000_030_000,
  }))
  world.records.listRunChanges = async ({ stream, cursor, limit = 0, fromMs, toMs, runId }) => {
    asked.push({ fromMs, toMs, runId })
    const own = stream?.model === 'Label' ? changes.slice(0, 1) : changes
    const start = Number(cursor)
    const next = start + limit < own.length ? String(start + limit) : ''
    return { changes: own.slice(start, start + limit), nextCursor: next }
  }
  const all = ['GithubIssue 1', 'GithubIssue 2', 'GithubIssue 3', 'Label 1']
  for (const limit of [1, 2, 3, 4, 100]) {
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const at = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await home.api(`/runs/run-1/changes?limit=${limit}${at}`)
      for (const it of body.changes) found.push(`${it.model} ${it.id}`)
      if (body.next_cursor === null) break
      cursor = body.next_cursor
    }
    expect(found).toEqual(all)
  }
  expect(asked[0]).toEqual({
    fromMs: run.requestedAtMs - 60_000,
    toMs: run.finishedAtMs + 60_000,
    runId: 'run-1',
  })
  const { body } = await home.api('/runs/run-1/changes?model=Label')
  expect(body.changes).toEqual([
    { model: 'Label', id: '1', action: 'ADDED', at: '2023-11-14T22:13:50.000Z', bytes: 0 },
  ])
  const unknown = await home.api('/runs/run-1/changes?model=Nope')
  expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'unknown_model' } } })
})
