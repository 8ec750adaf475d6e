import { AppError } from '@syncline/errors'
import { eventually, namespace } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type Records, sql, startRecords, stream } from './harness.ts'

const [COARSE, FINE] = ['index_granularity_bytes = 262144', 'index_granularity_bytes = 65536']
const many = (count: number, n: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${i}`, n, text: 'x'.repeat(1000) }))
const start = (at: string) => startRecords(at, { env: { RECORDS_PAYLOAD_TTL_DAYS: '20' } })

const definition = (of: Pick<Records, 'config'>, table = 'record_log') =>
  sql(
    of,
    `SELECT create_table_query FROM system.tables
      WHERE database = currentDatabase() AND name = '${table}' FORMAT TSVRaw`,
  )

/** Tables as an earlier build has made them: `record_log` has coarse granules. */
async function startEarlier(at: string) {
  const store = await start(at)
  await sql(store, (await definition(store)).replace(FINE, COARSE).replace('.record_log ', '.coarse '))
  await sql(store, 'EXCHANGE TABLES record_log AND coarse')
  await sql(store, 'DROP TABLE coarse SYNC')
  return store
}

async function fill(store: Records) {
  const issues = stream(store.records)
  await issues.save(many(600, 0))
  await issues.save(many(50, 1))
  await issues.delete(['r599'])
  return { config: store.config, named: issues.stream, page: await issues.list({ limit: 1000 }) }
}

/** A newer build starts on it: nothing is missing, and what it saves is compared with what was there. */
async function expectReplaced({ named, page }: Awaited<ReturnType<typeof fill>>, at: string) {
  await using store = await start(at)
  const issues = stream(store.records, named)
  expect(await issues.list({ limit: 1000 })).toEqual(page)
  expect(await issues.count()).toMatchObject({ live: 599 })
  const ids = ['r0', 'r300', 'r599', 'r1']
  expect((await issues.list({ ids })).records.map(({ id }) => id)).toEqual(['r300', 'r0', 'r1', 'r599'])
  expect((await issues.versions('r0')).records).toHaveLength(2)
  expect(await issues.save(many(60, 1))).toMatchObject({ unchanged: 50, updated: 10 })
  await sql(store, 'OPTIMIZE TABLE record_log FINAL')
  expect((await issues.list({ limit: 1000 })).records).toHaveLength(600)
  await expectFine(store)
}

async function expectFine(store: Records) {
  const now = await definition(store)
  for (const part of [FINE, 'toIntervalDay(20)', 'CONSTRAINT in_time']) expect(now).toContain(part)
  expect(now).not.toContain('being_replaced')
  expect(await definition(store, 'record_log_replaced')).toBe('')
}

test('a log with coarse granules is replaced by one with finer ones that has all its rows and settings', async () => {
  const at = namespace()
  await using earlier = await startEarlier(at)
  const filled = await fill(earlier)
  await earlier[Symbol.asyncDispose]()
  expect(await definition(filled)).toContain(COARSE)
  await expectReplaced(filled, at)
})

const refuse = 'ALTER TABLE record_log ADD CONSTRAINT being_replaced CHECK throwIf(sign != 0) = 0'
const link = `ALTER TABLE record_log_replaced REPLACE PARTITION ID 'all' FROM record_log`
const exchange = 'EXCHANGE TABLES record_log AND record_log_replaced'

test.each([
  ['made the new table', []],
  ['refused inserts', [refuse]],
  ['linked the parts', [refuse, link]],
  ['exchanged the tables', [refuse, link, exchange]],
])('a replacement that ended after it had %s is finished by the next start', async (_, steps) => {
  const at = namespace()
  await using earlier = await startEarlier(at)
  const filled = await fill(earlier)
  await earlier[Symbol.asyncDispose]()
  const fine = (await definition(filled)).replace(COARSE, FINE)
  await sql(filled, fine.replace('.record_log ', '.record_log_replaced '))
  for (const step of steps) await sql(filled, step)
  await expectReplaced(filled, at)
})

test('what instances save and read while the log is replaced is neither lost nor missing', async () => {
  const at = namespace()
  await using earlier = await startEarlier(at)
  const issues = stream(earlier.records)
  const saved: string[] = []
  let ends = false
  const saving = (async () => {
    while (!ends) {
      const id = `s${String(saved.length).padStart(5, '0')}`
      try {
        await issues.save([{ id }])
        saved.push(id)
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'unavailable')) throw error
      }
    }
  })()
  const follower = stream(earlier.records, issues.stream)
  const followed: string[] = []
  const follow = async (cursor?: string): Promise<string | undefined> => {
    const page = await follower.list({ limit: 50, ...(cursor ? { cursor } : {}) })
    followed.push(...page.records.map(({ id }) => String(id)))
    return page.records.at(-1)?._nango_metadata.cursor ?? cursor
  }
  let cursor: string | undefined
  const following = (async () => {
    while (!ends) cursor = await follow(cursor)
  })()
  await eventually(async () => expect(saved.length).toBeGreaterThan(20))
  await using newer = await start(at)
  const before = saved.length
  await eventually(async () => expect(saved.length).toBeGreaterThan(before + 20))
  ends = true
  await Promise.all([saving, following])
  for (let at = -1; at < followed.length; ) {
    at = followed.length
    cursor = await follow(cursor)
  }
  expect(followed).toEqual(saved)
  expect(
    (await stream(newer.records, issues.stream).list({ ids: saved, limit: saved.length })).records,
  ).toHaveLength(saved.length)
  await expectFine(newer)
})
