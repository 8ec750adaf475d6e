import { expect, test } from 'vitest'
import { Kept } from './ttl-cache.ts'

function kept() {
  const clock = { now: 0 }
  return { clock, kept: new Kept<string>(100, 5000, () => clock.now) }
}

test('what is taken is gone, and its room is free', () => {
  const { kept: some } = kept()
  some.keep('a', 'x', 100)
  expect(some.hasRoom(1)).toBe(false)
  expect(some.take('a')).toBe('x')
  expect(some.take('a')).toBeUndefined()
  expect(some.hasRoom(100)).toBe(true)
})

test('what takes the place of another has its room too', () => {
  const { kept: some } = kept()
  some.keep('a', 'x', 60)
  some.keep('a', 'y', 70)
  expect(some.hasRoom(30)).toBe(true)
  expect(some.hasRoom(31)).toBe(false)
  expect(some.take('a')).toBe('y')
})

test('what nobody asks for in time goes; who keeps it again has time anew', () => {
  const { clock, kept: some } = kept()
  some.keep('a', 'x', 50)
  some.keep('b', 'y', 50)
  clock.now = 4000
  some.keep('a', some.take('a') ?? '', 50)
  clock.now = 6000
  expect(some.hasRoom(50)).toBe(true)
  expect(some.hasRoom(51)).toBe(false)
  expect(some.take('b')).toBeUndefined()
  expect(some.take('a')).toBe('x')
})

test('of very many the oldest go', () => {
  const { kept: some } = kept()
  for (let i = 0; i <= 1000; i++) some.keep(String(i), 'x', 0)
  expect(some.take('0')).toBeUndefined()
  expect(some.take('1')).toBe('x')
})
