import { randomUUID } from 'node:crypto'
import { wholePage } from '@syncline/record'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brief, type Records, sql, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)

test('an attempt that was overtaken can write nothing any more', async () => {
  const issues = fresh()
  await issues.begin()
  const old = issues.writer
  await issues.save([{ id: 'a' }])
  await issues.begin({ again: true })
  await expect(issues.save([{ id: 'b' }], old)).rejects.toMatchObject({ code: 'fenced' })
  const late = store.records.delete({ stream: issues.stream, writer: old, ids: ['a'] })
  await expect(late).rejects.toMatchObject({ code: 'fenced' })
  const begin = store.records.begin({ streams: [issues.stream], writer: old, empty: true })
  await expect(begin).rejects.toMatchObject({ code: 'fenced' })
  expect(brief(await issues.all())).toEqual(['a ADDED'])
  await issues.save([{ id: 'b' }])
})

test('fences are of one sync: another one writes to the same stream as it likes', async () => {
  const issues = fresh()
  await issues.begin()
  await issues.save([{ id: 'a' }])
  await issues.save([{ id: 'b' }], { runId: randomUUID(), sync: 'webhook', fence: 1 })
  expect(await issues.count()).toMatchObject({ live: 2 })
})

test('a later attempt learns what the run has changed so far', async () => {
  const issues = fresh()
  await issues.begin()
  await issues.save([
    { id: 'a', n: 1 },
    { id: 'b', n: 1 },
  ])
  expect(await issues.begin()).toEqual({ counts: [] })
  await issues.save([
    { id: 'a', n: 2 },
    { id: 'c', n: 1 },
  ])
  await issues.save([{ id: 'c', n: 2 }])
  await issues.delete(['b'])
  expect(await issues.begin({ again: true })).toEqual({
    counts: [{ model: 'Issue', added: 1, updated: 1, deleted: 1 }],
  })
})

test('an emptied stream is empty at once and begins anew', async () => {
  const issues = fresh()
  await issues.save([{ id: 'a' }])
  const [before] = (await issues.list()).records
  await issues.empty()
  expect(await issues.all()).toEqual([])
  expect(await issues.count()).toEqual({ live: 0, bytes: 0 })
  expect(await issues.save([{ id: 'a' }])).toMatchObject({ added: 1 })
  const { records } = await issues.list({ cursor: before?._nango_metadata.cursor ?? '' })
  expect(brief(records)).toEqual(['a ADDED'])
})

test('a run empties its streams once, however many attempts it takes', async () => {
  const issues = fresh()
  await issues.save([{ id: 'old' }])
  await issues.begin({ empty: true })
  expect(await issues.all()).toEqual([])
  await issues.save([{ id: 'new' }])
  await issues.begin({ empty: true, again: true })
  expect(brief(await issues.all())).toEqual(['new ADDED'])
  await issues.begin({ empty: true })
  expect(await issues.all()).toEqual([])
})

test('the rows of an emptied stream are removed by the next instance that looks', async () => {
  const issues = fresh()
  await issues.save([{ id: `of ${issues.stream.connection}` }])
  await issues.empty()
  const rows = () => sql(store, `SELECT count() FROM record_log WHERE id = 'of ${issues.stream.connection}'`)
  expect(await rows()).toBe('1')
  await using _another = await startRecords(store.at)
  await eventually(async () => expect(await rows()).toBe('0'))
})

test('a stream whose state Redis has lost goes on where it was', async () => {
  const issues = fresh()
  await issues.save([{ id: 'old' }])
  await issues.empty()
  await issues.save([{ id: 'a', n: 1 }])
  const before = await issues.list()
  await using redis = store.redis()
  await redis.client.del(
    ...(await redis.client.keys(`${store.at}:{dev}:records:${issues.stream.connection}/*`)),
  )
  expect(await issues.list()).toEqual(before)
  expect(await issues.save([{ id: 'a', n: 2 }])).toMatchObject({ updated: 1 })
  expect(brief(await issues.all())).toEqual(['a UPDATED'])
  await expect(issues.deleteUnseen()).rejects.toMatchObject({ code: 'no_delete_tracking' })
})

test('lines of a run come back in order, once, the newest if they are too many', async () => {
  const of = { environment: 'dev', runId: randomUUID() }
  const atMs = Date.now()
  const line = (message: string) => ({ atMs, level: 'LOG_LEVEL_WARN' as const, message })
  const lines = [line('one'), line('two ü')]
  await store.records.appendLogs({ ...of, attempt: 1, first: 0, lines })
  await store.records.appendLogs({ ...of, attempt: 1, first: 0, lines })
  await store.records.appendLogs({ ...of, attempt: 2, first: 0, lines: [line('three')] })
  const all = await store.records.listLogs({ ...of, limit: 10 })
  expect(all.lines).toEqual([...lines, line('three')])
  const last = await store.records.listLogs({ ...of, limit: 2 })
  expect(last.lines.map(({ message }) => message)).toEqual(['two ü', 'three'])
  expect(await store.records.listLogs({ ...of, runId: 'other', limit: 2 })).toEqual({ lines: [] })
})

test('a call without its stream is refused', async () => {
  await expect(wholePage(store.records.listRecords({ limit: 1 }))).rejects.toMatchObject({
    code: 'invalid_body',
  })
})

test('health names what it depends on', async () => {
  expect(await store.service.health()).toEqual({ clickhouse: 'ok', redis: 'ok' })
})
