import { tryMutex } from '@syncline/redis'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClickHouse } from '../src/clickhouse/clickhouse.ts'
import { Archiver } from '../src/jobs/archive-superseded.ts'
import { streamId } from '../src/stream/identity.ts'
import { archiveSuperseded } from '../src/tables/record-history.ts'
import { type ListedRecord, type Records, shardOf, sql, startRecords, stream } from './harness.ts'

const DAY_MS = 24 * 3600 * 1000

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)
const modifiedAt = (record: ListedRecord | undefined) =>
  Date.parse(record?._nango_metadata.last_modified_at ?? '')

/** `[n]` of each record, or its action where it is deleted. */
const values = (records: ListedRecord[]) =>
  records.map(({ id, n, _nango_metadata: { last_action } }) =>
    last_action === 'DELETED' ? `${id} gone` : `${id}${n}`,
  )

/** All versions of a stream that are still there, and the stream as it was at each of these moments, page by page. */
async function past(issues: ReturnType<typeof fresh>, ids: string[], moments: number[]) {
  const versions: ListedRecord[][] = []
  for (const id of ids) versions.push((await issues.versions(id)).records)
  const asOf: ListedRecord[][] = []
  for (const asOfMs of moments) {
    const found: ListedRecord[] = []
    for (let cursor = ''; ; ) {
      const page = await issues.list({ asOfMs, limit: 4, cursor })
      found.push(...page.records)
      cursor = page.cursor
      if (cursor === '') break
    }
    asOf.push(found)
    // The same backwards, and without payloads.
    const newest: ListedRecord[] = []
    for (let cursor = ''; ; ) {
      const page = await issues.list({ asOfMs, limit: 5, cursor, newestFirst: true })
      newest.unshift(...page.records.reverse())
      cursor = page.cursor
      if (cursor === '') break
    }
    expect(newest).toEqual(found)
    const { records } = await issues.list({ asOfMs, withoutPayload: true })
    expect(records.map(({ id }) => id)).toEqual(found.map(({ id }) => id))
  }
  const { changes } = await issues.records.listRunChanges({
    ...{ stream: issues.stream, runId: issues.writer.runId },
    ...{ fromMs: 0, toMs: Date.now() + DAY_MS, limit: 1000 },
  })
  return { versions, asOf, now: await issues.all(), count: await issues.count(), changes }
}

/** Archives what was superseded, as the background job does. */
async function move(issues: ReturnType<typeof fresh>): Promise<void> {
  await using clickhouse = new ClickHouse(shardOf(store))
  await archiveSuperseded(clickhouse, [streamId(issues.stream, 0)])
}

test('a stream as of a moment is what its readers saw then, before and after superseded versions are archived and merged', async () => {
  const issues = fresh()
  const ids = Array.from({ length: 10 }, (_, i) => `r${i}`)
  const states: { at: number; seen: ListedRecord[] }[] = []
  for (let n = 0; n < 6; n++) {
    await issues.save(ids.filter((_, i) => i % (n + 1) === 0).map((id) => ({ id, n })))
    if (n === 2) await move(issues)
    if (n === 3) await issues.delete(['r1', 'r5'])
    const seen = await issues.all()
    states.push({ at: modifiedAt(seen.at(-1)), seen })
  }
  const moments = states.map(({ at }) => at)
  const before = await past(issues, ids, moments)
  expect(before.asOf).toEqual(states.map(({ seen }) => seen))
  expect(before.changes).toHaveLength(before.versions.flat().length)
  expect(before.versions.map(values).slice(0, 3)).toEqual([
    ['r05', 'r04', 'r03', 'r02', 'r01', 'r00'],
    ['r1 gone', 'r10'],
    ['r21', 'r20'],
  ])
  await move(issues)
  expect(await past(issues, ids, moments)).toEqual(before)
  await sql(store, 'OPTIMIZE TABLE record_log FINAL')
  expect(await past(issues, ids, moments)).toEqual(before)
})

test('archiving twice at once, or while records change, changes nothing for readers', async () => {
  const issues = fresh()
  const ids = Array.from({ length: 50 }, (_, i) => `r${i}`)
  for (let n = 0; n < 8; n++) {
    const changing = issues.save(ids.map((id) => ({ id, n })))
    await Promise.all([changing, move(issues), move(issues)])
    expect(values(await issues.all(1000)).sort()).toEqual(ids.map((id) => `${id}${n}`).sort())
  }
  expect(values((await issues.versions('r7')).records)).toEqual([
    'r77',
    'r76',
    'r75',
    'r74',
    'r73',
    'r72',
    'r71',
    'r70',
  ])
  expect(await issues.count()).toMatchObject({ live: 50 })
  const until = (await issues.list({ limit: 1000 })).records.at(-1)?._nango_metadata.cursor ?? ''
  expect(await issues.prune(until)).toMatchObject({ count: 50 })
  await issues.begin()
  await issues.save([{ id: 'r0', n: 7 }])
  expect(await issues.deleteUnseen(true)).toMatchObject({ deleted: 49 })
})

test('what an instance has left is archived by the one that commits to the stream next', async () => {
  const left = async ({ at, config }: Records) =>
    sql({ config }, `SELECT sumIf(sign, closed_at > 0), countIf(ended_at > 0) FROM ${at}.record_log`)
  const first = await startRecords()
  await using redis = first.redis()
  const archiving = await tryMutex({ redis: redis.client, key: `${first.at}:records:archiving:1` })
  const issues = stream(first.records)
  for (let n = 0; n < 3; n++) await issues.save([{ id: 'a', n }])
  expect(await left(first)).toBe('2\t0')
  await first[Symbol.asyncDispose]()
  await archiving?.[Symbol.asyncDispose]()
  await using second = await startRecords(first.at)
  const same = stream(second.records, issues.stream)
  await same.save([{ id: 'a', n: 3 }])
  await eventually(async () => expect(await left(second)).toBe('0\t3'))
  expect(values((await same.versions('a')).records)).toEqual(['a3', 'a2', 'a1', 'a0'])
})

test('what an instance has left is archived even if nothing is committed to its stream any more', async () => {
  const first = await startRecords()
  const issues = stream(first.records)
  for (let n = 0; n < 3; n++) await issues.save([{ id: 'a', n }])
  await first[Symbol.asyncDispose]()
  await using clickhouse = new ClickHouse(shardOf(first))
  await using redis = first.redis()
  const mutex = { redis: redis.client, key: `${first.at}:archiving` }
  const archiver = new Archiver(clickhouse, mutex, { everyMs: 0, olderMs: -60_000 })
  await archiver.run(new AbortController().signal)
  const left = await sql(first, 'SELECT sumIf(sign, closed_at > 0), countIf(ended_at > 0) FROM record_log')
  expect(left).toBe('0\t2')
})

test('payloads of superseded versions that were pruned are gone when ClickHouse has merged their rows', async () => {
  const issues = fresh()
  await issues.save([
    { id: 'a', n: 1 },
    { id: 'b', n: 1 },
  ])
  await issues.save([{ id: 'a', n: 2 }])
  const until = (await issues.list()).records.at(-1)?._nango_metadata.cursor ?? ''
  await issues.save([{ id: 'b', n: 2 }])
  await issues.save([{ id: 'b', n: 3 }])
  await issues.prune(until)
  expect(values((await issues.versions('a')).records)).toEqual(['aundefined', 'aundefined'])
  expect(values((await issues.versions('b')).records)).toEqual(['b3', 'b2', 'bundefined'])
  await sql(store, 'OPTIMIZE TABLE record_log FINAL')
  const left = `SELECT count() FROM record_log WHERE ended_at > 0 AND id = 'a' AND payload LIKE '%"n":1%' AND pruned_at > 0`
  expect(await sql(store, left)).toBe('0')
  expect(values((await issues.versions('a')).records)).toEqual(['aundefined', 'aundefined'])
})

test('a moment before history began, or in the future, is refused by name', async () => {
  const issues = fresh()
  await issues.save([{ id: 'a', n: 1 }])
  for (const asOfMs of [Date.parse('2020-01-01T00:00:00Z'), Date.now() + DAY_MS]) {
    await expect(issues.list({ asOfMs })).rejects.toMatchObject({
      code: 'invalid_query_params',
      message: expect.stringContaining(`as_of ${new Date(asOfMs).toISOString()} is not between`),
    })
  }
})

test('what ended longer ago than history is kept is not shown, whether or not it was dropped yet', async () => {
  const issues = fresh()
  await issues.save([{ id: 'a', n: 1 }])
  await issues.save([{ id: 'a', n: 2 }])
  const asOfMs = modifiedAt((await issues.list()).records[0])
  await using later = await startRecords(store.at, { clock: () => Date.now() + 8 * DAY_MS })
  const then = stream(later.records, issues.stream)
  expect(values((await then.versions('a')).records)).toEqual(['a2'])
  await expect(then.list({ asOfMs })).rejects.toMatchObject({ code: 'invalid_query_params' })
})

test('without history nothing is kept, and asking for it says why; turned on again it starts again', async () => {
  await using with7 = await startRecords()
  const issues = stream(with7.records)
  await issues.save([{ id: 'a', n: 1 }])
  await issues.save([{ id: 'a', n: 2 }])
  const asOfMs = modifiedAt((await issues.list()).records[0])
  {
    await using off = await startRecords(with7.at, { env: { RECORDS_HISTORY_DAYS: '0' } })
    const same = stream(off.records, issues.stream)
    const why = { code: 'invalid_query_params', message: expect.stringContaining('RECORDS_HISTORY_DAYS') }
    await expect(same.versions('a')).rejects.toMatchObject(why)
    await expect(same.list({ asOfMs })).rejects.toMatchObject(why)
    await same.save([{ id: 'a', n: 3 }])
    expect(await sql(off, `SELECT count() FROM record_log WHERE ended_at > ${asOfMs}`)).toBe('0')
  }
  await using on = await startRecords(with7.at)
  const again = stream(on.records, issues.stream)
  await expect(again.list({ asOfMs })).rejects.toMatchObject({ code: 'invalid_query_params' })
  await again.save([{ id: 'a', n: 4 }])
  expect(values((await again.versions('a')).records)).toEqual(['a4', 'a3'])
})

test('history that was kept for fewer days does not pretend to reach further back', async () => {
  await using short = await startRecords(undefined, { env: { RECORDS_HISTORY_DAYS: '2' } })
  await sql(short, 'TRUNCATE TABLE history_start')
  await sql(short, `INSERT INTO history_start SELECT ${Date.now() - 30 * DAY_MS}`)
  await using long = await startRecords(short.at)
  const issues = stream(long.records)
  await issues.save([{ id: 'a', n: 1 }])
  expect(await issues.list({ asOfMs: Date.now() - 1 * DAY_MS })).toMatchObject({ records: [] })
  const early = issues.list({ asOfMs: Date.now() - 3 * DAY_MS })
  await expect(early).rejects.toMatchObject({ code: 'invalid_query_params' })
})

test('changed durations reach the tables when an instance starts', async () => {
  await using first = await startRecords()
  const env = {
    RECORDS_PAYLOAD_TTL_DAYS: '3',
    RECORDS_HISTORY_DAYS: '2',
    RUN_LOG_TTL_DAYS: '9',
    RUN_FACTS_TTL_DAYS: '90',
  }
  await using _second = await startRecords(first.at, { env })
  const days = (table: string) =>
    sql(
      first,
      `SELECT arrayStringConcat(extractAll(create_table_query, 'toIntervalDay\\\\((\\\\d+)\\\\)'), ' ') FROM system.tables WHERE database = '${first.at}' AND name = '${table}'`,
    )
  expect(await days('record_log')).toBe('3 2')
  expect(await days('run_log')).toBe('9')
  expect(await days('run_attempt')).toBe('9')
  expect(await days('run_fact')).toBe('90')
  const issues = stream(first.records)
  await issues.save([{ id: 'a', n: 1 }])
  await sql(
    first,
    `INSERT INTO record_log SELECT * REPLACE (toInt64(1) AS modified_at, toInt64(1) AS written_at) FROM record_log`,
  )
  await eventually(async () => {
    await sql(first, 'OPTIMIZE TABLE record_log FINAL')
    expect(await sql(first, 'SELECT payload FROM record_log ORDER BY modified_at LIMIT 1')).toBe('')
  })
})
