import { expect, test } from 'vitest'
import { diffRows } from './diff-rows.ts'

test('fields that are new, gone, changed and the same are told apart', () => {
  const before = { id: '1', title: 'a', labels: ['x', 'y'], user: { name: 'n', age: 1 }, gone: null }
  const after = { id: '1', title: 'b', labels: ['x', 'z'], user: { name: 'n', age: 2 }, fresh: [] }
  expect(diffRows(before, after)).toEqual([
    { path: 'id', change: 'same', before: '1', after: '1' },
    { path: 'title', change: 'changed', before: 'a', after: 'b' },
    { path: 'labels[0]', change: 'same', before: 'x', after: 'x' },
    { path: 'labels[1]', change: 'changed', before: 'y', after: 'z' },
    { path: 'user.name', change: 'same', before: 'n', after: 'n' },
    { path: 'user.age', change: 'changed', before: 1, after: 2 },
    { path: 'gone', change: 'removed', before: null },
    { path: 'fresh', change: 'added', after: [] },
  ])
})

test('lists of other lengths and values of other types are compared as a whole', () => {
  expect(diffRows({ a: [1] }, { a: [1, 2] })).toEqual([
    { path: 'a', change: 'changed', before: [1], after: [1, 2] },
  ])
  expect(diffRows({ a: {} }, { a: [] })).toEqual([{ path: 'a', change: 'changed', before: {}, after: [] }])
})

test('names of prototypes are fields like others', () => {
  expect(diffRows(JSON.parse('{"__proto__":1}'), {})).toEqual([
    { path: '__proto__', change: 'removed', before: 1 },
  ])
})
