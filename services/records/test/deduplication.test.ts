import { servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { statementProxy, isCommit } from './statement-proxy.ts'
import { brief, sql, startRecords, stream } from './harness.ts'

test('an insert that is repeated because its answer was lost leaves one set of rows', async () => {
  let losing = 0
  let lost = 0
  const losesAnswer = (query: string) => {
    const loses = isCommit(query) && losing-- > 0
    if (loses) lost++
    return loses
  }
  await using proxy = await statementProxy(servers().clickhouse.url, { losesAnswer })
  await using store = await startRecords(undefined, { clickhouse: proxy.url })
  const issues = stream(store.records)
  // Every row of the log as it was inserted: the sums of its signs hide nothing, merges would.
  await sql(store, 'SYSTEM STOP MERGES record_log')
  const rows = () => sql(store, 'SELECT count() FROM record_log')
  const records = (n: number) => ['a', 'b', 'c'].map((id) => ({ id, n }))

  losing = 1
  expect(await issues.save(records(1))).toMatchObject({ added: 3, updated: 0, unchanged: 0 })
  expect(await rows()).toBe('3')
  losing = 2
  expect(await issues.save(records(2))).toMatchObject({ added: 0, updated: 3, unchanged: 0 })
  expect(await rows()).toBe('9') // each of three versions is closed by a row, and three follow
  losing = 1
  expect(await issues.delete(['a'])).toMatchObject({ deleted: 1 })
  expect(await rows()).toBe('11')
  expect(lost).toBe(4)

  expect(brief(await issues.all())).toEqual(['b UPDATED', 'c UPDATED', 'a DELETED'])
  expect(await issues.count()).toEqual({ live: 2, bytes: 3 * '{"id":"a","n":2}'.length })
  const { records: versions } = await issues.versions('a')
  expect(brief(versions)).toEqual(['a DELETED', 'a UPDATED', 'a ADDED'])
  expect(await issues.save([{ id: 'b', n: 2 }])).toMatchObject({ added: 0, updated: 0, unchanged: 1 })
})
