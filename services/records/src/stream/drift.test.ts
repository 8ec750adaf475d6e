import { expect, test } from 'vitest'
import { driftOf, type KnownShape } from './drift.ts'

type Fields = Record<string, { types: string[]; always?: boolean }>
const seen = (fields: Fields, records = 50) => ({
  records,
  fields: Object.entries(fields).map(([path, { types, always = true }]) => ({ path, types, always })),
})
const s = { types: ['string'] }
const known = (fields: Fields, records?: number): KnownShape =>
  driftOf(undefined, seen(fields, records)).known

test('the first records of a sync are no drift, nor are records as before', () => {
  expect(driftOf(undefined, seen({ id: s })).drift).toEqual([])
  expect(driftOf(known({ id: s }), seen({ id: s })).drift).toEqual([])
})

test('new, missing and changed fields are told once, by their outermost paths', () => {
  const before = known({ id: s, at: s, author: { types: ['object'] }, 'author.name': s, 'labels[].n': s })
  const now = seen({
    id: { types: ['number'] },
    at: { types: ['null', 'string'] },
    extra: { types: ['object'] },
    'extra.deep': s,
    'labels[].n': s,
  })
  const { drift, known: after } = driftOf(before, now)
  expect(drift).toEqual(['new: extra', 'missing: author', 'of another type: id (number, was string)'])
  expect(driftOf(after, now).drift).toEqual([])
})

test('what not all records had is never missing, and few records are no sign of it', () => {
  const before = known({ id: s, rare: { ...s, always: false }, at: s })
  expect(driftOf(before, seen({ id: s, at: s })).drift).toEqual([])
  expect(driftOf(before, seen({ id: s }, 3)).drift).toEqual([])
  expect(driftOf(known({ id: s }, 3), seen({ id: s, more: s })).drift).toEqual([])
})

test('a field that was only null before gets its type without a word', () => {
  expect(driftOf(known({ id: s, a: { types: ['null'] } }), seen({ id: s, a: s })).drift).toEqual([])
})

test('what is kept is bounded, and then new and missing fields are not told', () => {
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`f${n}`, s]))
  const before = known(many)
  expect(Object.keys(before.fields)).toHaveLength(200)
  expect(driftOf(before, seen({ id: s })).drift).toEqual([])
})

test('a list of paths names the first ones', () => {
  const more = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`n${n}`, s]))
  expect(driftOf(known({ id: s }), seen({ id: s, ...more })).drift).toEqual([
    'new: n0, n1, n2, n3, n4 and 3 more',
  ])
})
