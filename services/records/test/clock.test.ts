import { afterAll, beforeAll, expect, test } from 'vitest'
import { stateKey } from '../src/stream/identity.ts'
import { brief, type ListedRecord, type Records, startRecords, stream } from './harness.ts'

const HOUR_MS = 3_600_000

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())

/**
 * The clock of Redis goes back by an hour, as when another server takes over: the stream's last instant is as far ahead.
 * Returns it.
 */
async function clockGoesBack(of: ReturnType<typeof stream>): Promise<number> {
  await using redis = store.redis()
  const key = stateKey(store.at, of.stream)
  const ahead = Number(await redis.client.hget(key, 'last')) + HOUR_MS
  await redis.client.hset(key, 'last', ahead)
  return ahead
}

const instantOf = ({ _nango_metadata }: ListedRecord) => Date.parse(_nango_metadata.last_modified_at)
const positionOf = (record: ListedRecord | undefined) => record?._nango_metadata.cursor ?? ''

test('the instants of commits grow also while the clock of Redis is behind, and a cursor skips nothing', async () => {
  const issues = stream(store.records)
  await issues.begin()
  await issues.save([{ id: 'z' }])
  const last = await clockGoesBack(issues)
  await issues.save([{ id: 'y' }])
  const { records: before } = await issues.list()
  const cursor = positionOf(before.at(-1))

  await issues.save([{ id: 'x' }, { id: 'z', n: 1 }])
  await issues.merge([{ id: 'y', n: 1 }])
  await issues.delete(['x'])
  await issues.save([{ id: 'a' }])

  const after = (await issues.list({ cursor })).records
  expect(brief(after)).toEqual(['z UPDATED', 'y UPDATED', 'x DELETED', 'a ADDED'])
  const instants = [last, ...before.slice(-1).map(instantOf), ...after.map(instantOf)]
  for (const [i, instant] of instants.slice(1).entries()) expect(instant).toBeGreaterThan(instants[i] ?? 0)
  expect(brief((await issues.list()).records)).toEqual(brief(after))
})

test('a run that begins while the clock of Redis is behind begins after what was saved before it', async () => {
  const issues = stream(store.records)
  await issues.begin()
  await issues.save([{ id: 'old' }])
  await clockGoesBack(issues)
  await issues.save([{ id: 'gone' }])
  await issues.begin()
  await issues.save([{ id: 'old' }])
  expect(await issues.deleteUnseen()).toMatchObject({ deleted: 1 })
  expect(brief(await issues.all())).toEqual(['old ADDED', 'gone DELETED'])
})
