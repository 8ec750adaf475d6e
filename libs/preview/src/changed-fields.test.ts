import { expect, test } from 'vitest'
import { changedFields } from './changed-fields.ts'

test('fields of objects are compared one by one, lists as a whole', () => {
  const before = {
    id: '1',
    user: { name: 'a', age: 1 },
    tags: ['x'],
    gone: true,
    same: { b: 1, a: [{ c: 2 }] },
  }
  const after = {
    id: '1',
    user: { name: 'b', age: 1 },
    tags: ['x', 'y'],
    same: { a: [{ c: 2 }], b: 1 },
    come: null,
  }
  expect(changedFields(before, after)).toEqual([
    { field: 'user.name', before: 'a', after: 'b' },
    { field: 'tags', before: ['x'], after: ['x', 'y'] },
    { field: 'gone', before: true },
    { field: 'come', after: null },
  ])
})

test('a value of another kind is a change of the field, and a deep object is one value', () => {
  expect(changedFields({ a: { b: 1 } }, { a: [1] })).toEqual([{ field: 'a', before: { b: 1 }, after: [1] }])
  const deep = (value: number) => ({ a: { b: { c: { d: { e: value } } } } })
  expect(changedFields(deep(1), deep(2))).toEqual([{ field: 'a.b.c.d', before: { e: 1 }, after: { e: 2 } }])
})

test('a field named __proto__ is a field', () => {
  const after = JSON.parse('{"__proto__":1}')
  expect(changedFields({}, after)).toEqual([{ field: '__proto__', after: 1 }])
})
