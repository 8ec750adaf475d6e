import { expect, test } from 'vitest'
import { RoundRobinQueue } from './round-robin-queue.ts'

function takeAll<T>(queue: RoundRobinQueue<T>): T[] {
  const taken: T[] = []
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item)
  return taken
}

test('owners take turns, and the items of one stay in order', () => {
  const queue = new RoundRobinQueue<string>()
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.add(item.slice(0, 1), item)
  expect([...queue]).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'c2'])
  expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
})

test('an owner that comes back goes to the back', () => {
  const queue = new RoundRobinQueue<string>()
  for (const item of ['a1', 'b1', 'b2']) queue.add(item.slice(0, 1), item)
  expect(queue.take()).toBe('a1')
  queue.add('a', 'a2')
  expect(takeAll(queue)).toEqual(['b1', 'a2', 'b2'])
})

test('the next one can be seen before it is taken, and a removed one is never taken', () => {
  const queue = new RoundRobinQueue<string>()
  expect(queue.next).toBeUndefined()
  for (const item of ['a1', 'a2', 'b1']) queue.add(item.slice(0, 1), item)
  queue.remove('a', 'a1')
  queue.remove('b', 'b1')
  expect(queue.next).toBe('a2')
  expect(takeAll(queue)).toEqual(['a2'])
  expect(queue.next).toBeUndefined()
})
