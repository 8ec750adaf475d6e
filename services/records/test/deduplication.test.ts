import { eventually, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { brief, sql, startRecords, stream } from './harness.ts'
import { isCommit, statementProxy } from './statement-proxy.ts'

/** Each row of the log as it was inserted: merges would hide what was inserted twice. */
async function startWithoutMerges(clickhouse: string) {
  const store = await startRecords(undefined, { clickhouse })
  await sql(store, 'SYSTEM STOP MERGES record_log')
  return Object.assign(store, { rows: () => sql(store, 'SELECT count() FROM record_log') })
}

const records = (n: number) => ['a', 'b', 'c'].map((id) => ({ id, n }))

test('an insert that is repeated because its answer was lost leaves one set of rows', async () => {
  const lossy = answersLost()
  await using proxy = await statementProxy(servers().clickhouse.url, lossy)
  await using store = await startWithoutMerges(proxy.url)
  const issues = stream(store.records)

  lossy.next = 1
  expect(await issues.save(records(1))).toMatchObject({ added: 3, updated: 0, unchanged: 0 })
  expect(await store.rows()).toBe('3')
  lossy.next = 2
  expect(await issues.save(records(2))).toMatchObject({ added: 0, updated: 3, unchanged: 0 })
  expect(await store.rows()).toBe('9') // three rows mark superseded versions, and three are new versions
  lossy.next = 1
  expect(await issues.delete(['a'])).toMatchObject({ deleted: 1 })
  expect(await store.rows()).toBe('11')

  expect(brief(await issues.all())).toEqual(['b UPDATED', 'c UPDATED', 'a DELETED'])
  expect(await issues.count()).toEqual({ live: 2, bytes: 3 * '{"id":"a","n":2}'.length })
  const { records: versions } = await issues.versions('a')
  expect(brief(versions)).toEqual(['a DELETED', 'a UPDATED', 'a ADDED'])
  expect(await issues.save([{ id: 'b', n: 2 }])).toMatchObject({ added: 0, updated: 0, unchanged: 1 })
})

test('an insert that is repeated after the server has forgotten its token leaves one set of rows', async () => {
  const lossy = answersLost()
  await using proxy = await statementProxy(servers().clickhouse.url, lossy)
  await using store = await startWithoutMerges(proxy.url)
  await sql(store, 'ALTER TABLE record_log MODIFY SETTING non_replicated_deduplication_window = 0')
  const issues = stream(store.records)
  lossy.next = 1
  expect(await issues.save(records(1))).toMatchObject({ added: 3 })
  expect(await store.rows()).toBe('3')
})

test('an insert that arrives after it was repeated leaves one set of rows', async () => {
  const late = Promise.withResolvers<void>()
  let [sent, answered] = [0, 0]
  await using proxy = await statementProxy(servers().clickhouse.url, {
    // The first one is still on its way when its caller hears that the connection has ended.
    hangsUp: (query) => isCommit(query) && ++sent === 1,
    hold: (query) => (isCommit(query) && sent === 1 ? late.promise : undefined),
    losesAnswer(query) {
      if (isCommit(query)) answered++
      return false
    },
  })
  await using store = await startWithoutMerges(proxy.url)
  const issues = stream(store.records)
  expect(await issues.save(records(1))).toMatchObject({ added: 3 })
  expect(answered).toBe(1)
  late.resolve()
  await eventually(() => expect(answered).toBe(2))
  expect(await store.rows()).toBe('3')
})

/** Loses the answers of the `next` commits. */
function answersLost() {
  const lossy = { next: 0, losesAnswer: (query: string) => isCommit(query) && lossy.next-- > 0 }
  return lossy
}
