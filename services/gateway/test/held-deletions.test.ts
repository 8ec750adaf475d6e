import { AppError } from '@syncline/errors'
import type { HeldDeletion, ListHeldDeletionsRequest, ReleaseHeldDeletionRequest } from '@syncline/proto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { furnish, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>
let asked: ListHeldDeletionsRequest[]
let released: ReleaseHeldDeletionRequest[]
let held: HeldDeletion[]

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
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  asked = []
  released = []
  held = []
  world.records.listHeldDeletions = async (request) => {
    asked.push(request)
    return { deletions: held, nextCursor: 'next' }
  }
  world.records.releaseHeldDeletion = async (request) => {
    released.push(request)
    return { deletion: { ...deletion(home.uid), stream: request.stream, released: true } }
  }
})

const deletion = (connection: string, fields: Partial<HeldDeletion> = {}): HeldDeletion => ({
  stream: { environment: home.environment, connection, model: 'GithubIssue', variant: 'base' },
  atMs: 1_700_000_000_000,
  runId: 'run-1',
  unseen: 90,
  live: 100,
  incomplete: '',
  released: false,
  ...fields,
})
const release = (json: unknown) => home.api('/records/held-deletions/release', { method: 'POST', json })
const place = { provider_config_key: 'github', connection_id: 'user-1', model: 'GithubIssue' }

test('the deletions of the environment are listed by the names of their connections', async () => {
  held = [
    deletion(home.uid),
    deletion('deleted'),
    deletion(home.uid, { incomplete: 'page 2', released: true }),
  ]
  const answer = await home.api('/records/held-deletions?limit=7&cursor=c')
  expect(answer).toMatchObject({ status: 200, body: { next_cursor: 'next' } })
  const first = {
    ...place,
    variant: 'base',
    at: '2023-11-14T22:13:20.000Z',
    run_id: 'run-1',
    unseen: 90,
    live: 100,
    reason: 'guard',
    incomplete: null,
    released: false,
  }
  expect(answer.body.deletions).toEqual([
    first,
    { ...first, reason: 'incomplete', incomplete: 'page 2', released: true },
  ])
  expect(asked).toEqual([{ environment: home.environment, connection: '', cursor: 'c', limit: 7 }])
})

test('those of a connection, of an integration, and of a connection of any integration', async () => {
  const other = await world.catalog.connections.get(home.environment, 'github', 'user-2')
  held = [deletion(home.uid), deletion(other.uid)]
  const connections = async (query: string) => {
    const { body } = await home.api(`/records/held-deletions?${query}`)
    return body.deletions.map((it: { connection_id: string }) => it.connection_id)
  }
  expect(await connections('provider_config_key=github')).toEqual(['user-1', 'user-2'])
  expect(await connections('connection_id=user-2')).toEqual(['user-2'])
  expect(await connections('provider_config_key=github&connection_id=user-2')).toEqual(['user-2'])
  expect(asked.map(({ connection }) => connection)).toEqual(['', other.uid, other.uid])
  expect(await connections('connection_id=none')).toEqual([])
})

test('names that are not known are errors', async () => {
  expect(await home.api('/records/held-deletions?provider_config_key=none')).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_integration' } },
  })
  expect(
    await home.api('/records/held-deletions?provider_config_key=github&connection_id=none'),
  ).toMatchObject({ status: 404, body: { error: { code: 'unknown_connection' } } })
  expect(await home.api('/records/held-deletions?limit=501')).toMatchObject({ status: 400 })
  expect(await release({ ...place, connection_id: 'none' })).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_connection' } },
  })
  expect(await release({ ...place, model: undefined })).toMatchObject({ status: 400 })
  expect([asked, released]).toEqual([[], []])
})

test('a release names the stream, and answers what was held back', async () => {
  expect(await release(place)).toMatchObject({
    status: 200,
    body: { ...place, variant: 'base', unseen: 90, live: 100, released: true },
  })
  await release({ ...place, variant: 'team-a' })
  const stream = { environment: home.environment, connection: home.uid, model: 'GithubIssue' }
  expect(released).toEqual([
    { stream: { ...stream, variant: 'base' } },
    { stream: { ...stream, variant: 'team-a' } },
  ])
})

test('what can not be released says why', async () => {
  world.records.releaseHeldDeletion = async () => {
    throw new AppError('not_found', 'the last pass was not complete (page 2)')
  }
  expect(await release(place)).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found', message: expect.stringContaining('page 2') } },
  })
})
