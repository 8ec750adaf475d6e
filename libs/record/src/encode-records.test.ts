import { expect, test } from 'vitest'
import { encodeRecords } from './encode-records.ts'

test('a record that can not be encoded is skipped with its reason, and its neighbours are encoded', () => {
  const { records, skipped } = encodeRecords([
    { id: 'a' },
    {},
    { id: 'nan', n: Number.NaN },
    'text',
    { id: 2 ** 53 },
    { id: 'x'.repeat(1300) },
    { id: 'b' },
  ])
  expect(records.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(skipped.map(({ index, id }) => [index, id?.slice(0, 3)])).toEqual([
    [1, undefined],
    [2, 'nan'],
    [3, undefined],
    [4, undefined],
    [5, 'xxx'],
  ])
  expect(skipped.map(({ reason }) => reason)).toEqual([
    'has no id',
    "is not JSON: the number at 'n' is NaN",
    'is the string "text"; a record is an object with an id',
    expect.stringContaining('beyond 2^53'),
    'has an id of 1300 characters, 1024 are allowed',
  ])
})
