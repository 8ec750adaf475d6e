import { expect, test } from 'vitest'
import { ProxySlots } from './proxy-slots.ts'

const at = (environment: string, connection = 'c') => ({ environment, integration: 'i', connection })

test('each bound holds by itself, and what has ended makes room, once', () => {
  const slots = new ProxySlots({ max: 5, perEnvironment: 3, perConnection: 2 })
  const first = slots.take(at('a'))
  slots.take(at('a'))
  expect(() => slots.take(at('a'))).toThrow(/^2 proxied requests of connection 'c' are under way/)
  slots.take(at('a', 'other'))
  expect(() => slots.take(at('a', 'third'))).toThrow(/^3 proxied requests of this environment/)
  slots.take(at('b'))
  slots.take(at('b'))
  expect(() => slots.take(at('d'))).toThrow(/^5 proxied requests of this gateway/)
  expect(slots.taken).toBe(5)
  first()
  first()
  expect(slots.taken).toBe(4)
  slots.take(at('a'))
})
