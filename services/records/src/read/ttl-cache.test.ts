import { expect, test } from 'vitest'
import { TtlCache } from './ttl-cache.ts'

function cacheAt() {
  const clock = { now: 0 }
  return { clock, cache: new TtlCache<string>(100, 5000, () => clock.now) }
}

test('what is popped is gone, and its bytes are free', () => {
  const { cache } = cacheAt()
  cache.set('a', 'x', 100)
  expect(cache.freeBytes).toBe(0)
  expect(cache.pop('a')).toBe('x')
  expect(cache.pop('a')).toBeUndefined()
  expect(cache.freeBytes).toBe(100)
})

test('what replaces another takes its bytes too', () => {
  const { cache } = cacheAt()
  cache.set('a', 'x', 60)
  cache.set('a', 'y', 70)
  expect(cache.freeBytes).toBe(30)
  cache.setBytes('a', 'y', 20)
  cache.setBytes('a', 'x', 90)
  expect(cache.freeBytes).toBe(80)
  expect(cache.pop('a')).toBe('y')
})

test('what nobody asks for in time expires, what is touched lives longer', () => {
  const { clock, cache } = cacheAt()
  cache.set('a', 'x', 50)
  cache.set('b', 'y', 50)
  clock.now = 4000
  expect(cache.touch('a')).toBe('x')
  clock.now = 6000
  expect(cache.freeBytes).toBe(50)
  expect(cache.pop('b')).toBeUndefined()
  expect(cache.pop('a')).toBe('x')
})

test('of very many entries the oldest are dropped', () => {
  const { cache } = cacheAt()
  for (let i = 0; i <= 1000; i++) cache.set(String(i), 'x', 0)
  expect(cache.pop('0')).toBeUndefined()
  expect(cache.pop('1')).toBe('x')
})
