import { expect, test } from 'vitest'
import { Rotation } from './rotation.ts'

function takeAll<T>(rotation: Rotation<T>): T[] {
  const taken: T[] = []
  for (let item = rotation.take(); item !== undefined; item = rotation.take()) taken.push(item)
  return taken
}

test('owners take turns, and the items of one stay in order', () => {
  const rotation = new Rotation<string>()
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) rotation.add(item.slice(0, 1), item)
  expect([...rotation]).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'c2'])
  expect(takeAll(rotation)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
})

test('an owner that comes back goes to the back', () => {
  const rotation = new Rotation<string>()
  for (const item of ['a1', 'b1', 'b2']) rotation.add(item.slice(0, 1), item)
  expect(rotation.take()).toBe('a1')
  rotation.add('a', 'a2')
  expect(takeAll(rotation)).toEqual(['b1', 'a2', 'b2'])
})

test('the next one can be seen before it is taken, and a removed one is never taken', () => {
  const rotation = new Rotation<string>()
  expect(rotation.next).toBeUndefined()
  for (const item of ['a1', 'a2', 'b1']) rotation.add(item.slice(0, 1), item)
  rotation.remove('a', 'a1')
  rotation.remove('b', 'b1')
  expect(rotation.next).toBe('a2')
  expect(takeAll(rotation)).toEqual(['a2'])
  expect(rotation.next).toBeUndefined()
})
