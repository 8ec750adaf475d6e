import { expect, test } from 'vitest'
import { recordRoutes } from './records.ts'

const { listRecords } = recordRoutes(500)

const query = (fields: Record<string, unknown>) =>
  listRecords.schema.querystring.safeParse({ model: 'GithubIssue', ...fields })

test.each([
  ['added', ['added']],
  ['ADDED', ['added']],
  ['deleted,Updated', ['deleted', 'updated']],
  ['added,updated,deleted', ['added', 'updated', 'deleted']],
])('filter %s means %j', (filter, expected) => {
  expect(query({ filter }).data?.filter).toEqual(expected)
})

test.each(['', 'gone', 'added,', 'added;deleted', 'added, updated'])('filter %j is refused', (filter) => {
  expect(query({ filter }).error?.issues[0]?.path[0]).toBe('filter')
})

test.each([
  ['1', 1],
  ['500', 500],
  [undefined, 100],
])('limit %s is %d', (limit, expected) => {
  expect(query({ limit }).data?.limit).toBe(expected)
})

test('the bound of a page can be raised', () => {
  expect(query({ limit: '501' }).success).toBe(false)
  const raised = recordRoutes(10_000).listRecords.schema.querystring
  expect(raised.parse({ model: 'GithubIssue', limit: '10000' }).limit).toBe(10_000)
})

test('one id is a list of one', () => {
  expect(query({ ids: 'a' }).data?.ids).toEqual(['a'])
})
