import { expect, test } from 'vitest'
import { table } from './table.ts'

test('columns are as wide as their widest cell', () => {
  const rows = [
    { name: 'issues', records: 842 },
    { name: 'pulls', records: null },
  ]
  expect(table(['name', 'records'], rows)).toBe('NAME    RECORDS\nissues  842\npulls   -')
})

test('without rows there is the heading', () => {
  expect(table(['name'], [])).toBe('NAME')
})
