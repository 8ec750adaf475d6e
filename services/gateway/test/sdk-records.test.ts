import { Syncline } from '@syncline/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { furnish, piece, startWorld, type World } from './world.ts'

let world: World
let syncline: Syncline
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
  syncline = new Syncline({ secretKey: home.key, host: `${world.url}/` })
})
afterAll(() => world[Symbol.asyncDispose]())

const where = { providerConfigKey: 'github', connectionId: 'user-1', model: 'GithubIssue' }
const place = { provider_config_key: 'github', connection_id: 'user-1' }

test('listRecords sends every setting', async () => {
  world.records.listRecords = (request) => {
    expect(request).toMatchObject({
      stream: { variant: 'a' },
      cursor: 'c',
      limit: 5,
      modifiedAfterMs: 1_704_067_200_000,
      actions: ['RECORD_ACTION_ADDED', 'RECORD_ACTION_DELETED'],
      ids: ['1', '2'],
    })
    return piece('[{"id":1,"title":"x","_nango_metadata":{}}]', 'd')
  }
  const page = await syncline.listRecords<{ id: number; title: string }>({
    ...where,
    variant: 'a',
    cursor: 'c',
    limit: 5,
    modifiedAfter: '2024-01-01T00:00:00Z',
    filter: 'added,deleted',
    ids: ['1', '2'],
  })
  expect(page.records[0]?.title).toBe('x')
  expect(page.next_cursor).toBe('d')
})

test('an iteration over records follows the cursor to the end', async () => {
  const pages: Record<string, [string, string?]> = { '': ['[{"id":1},{"id":2}]', 'a'], a: ['[{"id":3}]'] }
  world.records.listRecords = ({ cursor }) => piece(...(pages[cursor] ?? ['[]']))
  const ids = []
  for await (const { id } of syncline.records.iterate({ ...where, cursor: null })) ids.push(id)
  expect(ids).toEqual([1, 2, 3])
})

test('a record is read by any id, also by one that is no segment of a path', async () => {
  world.records.listRecords = ({ ids }) =>
    piece(JSON.stringify(ids?.map((id) => ({ id, _nango_metadata: {} })).filter(({ id }) => id !== 'gone')))
  for (const id of ['4711', 'a/b?c#d %2e', '.', '..', 'counts', 'held-deletions', 'prune', 'streams']) {
    expect((await syncline.records.get({ ...where, id })).id).toBe(id)
  }
  await expect(syncline.records.get({ ...where, id: 'gone' })).rejects.toMatchObject({
    code: 'unknown_record',
  })
  world.records.listRecords = () => piece('[]')
  for (const id of ['.', 'counts']) {
    const failing = syncline.records.get({ ...where, id })
    await expect(failing).rejects.toMatchObject({ status: 404, code: 'unknown_record' })
  }
})

test('the history of a record sends every setting', async () => {
  world.records.listVersions = ({ id, cursor, limit }) =>
    piece(JSON.stringify([{ id, cursor, limit }]), 'older')
  const page = await syncline.records.history({ ...where, id: 'a/1', limit: 3, cursor: 'c' })
  expect(page).toEqual({ records: [{ id: 'a/1', cursor: 'c', limit: 3 }], next_cursor: 'older' })
})

test('pruneRecords sends every setting', async () => {
  world.records.pruneRecords = async ({ untilCursor, limit }) => ({
    count: limit,
    hasMore: untilCursor === 'c',
  })
  const answer = await syncline.pruneRecords({ ...where, untilCursor: 'c', limit: 3 })
  expect(answer).toEqual({ count: 3, has_more: true })
})

test('records are counted', async () => {
  world.records.countRecords = async ({ streams }) => ({
    sizes: streams?.map(() => ({ live: 2, bytes: 10 })) ?? [],
  })
  const { counts } = await syncline.records.counts({ providerConfigKey: 'github', connectionId: 'user-1' })
  expect(counts).toEqual([
    { provider_config_key: 'github', model: 'GithubIssue', connections: 1, records: 2, bytes: 10 },
  ])
})

test('deletions that are held back are listed and released', async () => {
  const held = { atMs: 1, runId: 'run-1', unseen: 90, live: 90 }
  world.records.listHeldDeletions = async ({ environment, connection, cursor, limit }) => ({
    deletions: [
      {
        ...held,
        stream: { environment, connection, model: 'GithubIssue', variant: 'base' },
        incomplete: cursor,
      },
    ],
    nextCursor: String(limit),
  })
  expect(
    await syncline.heldDeletions.list({
      providerConfigKey: 'github',
      connectionId: 'user-1',
      cursor: 'c',
      limit: 3,
    }),
  ).toMatchObject({
    deletions: [{ ...place, model: 'GithubIssue', reason: 'incomplete', incomplete: 'c', unseen: 90 }],
    next_cursor: '3',
  })
  world.records.releaseHeldDeletion = async ({ stream }) => ({ deletion: { ...held, stream } })
  expect(await syncline.heldDeletions.release({ ...where, variant: 'a' })).toMatchObject({
    ...place,
    variant: 'a',
    reason: 'guard',
  })
})
