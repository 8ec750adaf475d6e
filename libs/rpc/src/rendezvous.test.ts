import { expect, test } from 'vitest'
import { rendezvous } from './rendezvous.ts'

const keys = Array.from({ length: 3000 }, (_, n) => `stream ${n}`)
const names = ['10.0.0.1:50051', '10.0.0.2:50051', '10.0.0.3:50051']
const added = '10.0.0.4:50051'

test('the choice depends neither on the order of the names nor on who asks', () => {
  expect(keys.map((key) => rendezvous(key, names.toReversed()))).toEqual(
    keys.map((key) => rendezvous(key, names)),
  )
  // Processes of different versions have to agree too.
  expect(rendezvous('stream 0', names)).toBe('10.0.0.1:50051')
})

test('each name gets its share of the keys', () => {
  const shares = Map.groupBy(keys, (key) => rendezvous(key, names))
  for (const name of names) expect(Math.abs((shares.get(name)?.length ?? 0) - 1000)).toBeLessThan(100)
})

test('a name that comes takes its share from all others, and nothing else moves', () => {
  const moved = keys.filter((key) => rendezvous(key, names) !== rendezvous(key, [...names, added]))
  expect(Math.abs(moved.length - 750)).toBeLessThan(100)
  for (const key of moved) expect(rendezvous(key, [...names, added])).toBe(added)
  expect(new Set(moved.map((key) => rendezvous(key, names))).size).toBe(3)
})

test('the keys of a name that goes are spread over those that stay', () => {
  const [gone, ...stay] = names
  const moved = keys.filter((key) => rendezvous(key, names) !== rendezvous(key, stay))
  expect(moved).toEqual(keys.filter((key) => rendezvous(key, names) === gone))
  const shares = Map.groupBy(moved, (key) => rendezvous(key, stay))
  for (const name of stay) expect(shares.get(name)?.length).toBeGreaterThan(400)
})

test('without names there is no choice, with one there is no other', () => {
  expect(rendezvous('stream', [])).toBeUndefined()
  expect(rendezvous('stream', [added])).toBe(added)
})
