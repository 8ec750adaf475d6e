import { expect, test } from 'vitest'
import { WaitingCalls } from './waiting-calls.ts'

test('environments take turns, and within one the first comes first', () => {
  const waiting = new WaitingCalls<{ environment: string; name: string }>()
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'])
    waiting.add({ environment: name[0] as string, name })
  const order = Array.from({ length: 7 }, () => waiting.take()?.name)
  expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', undefined])
})

test('a call that has gone is passed over', () => {
  const waiting = new WaitingCalls<{ environment: string }>()
  const [one, two] = [{ environment: 'a' }, { environment: 'b' }]
  waiting.add(one)
  waiting.add(two)
  waiting.delete(one)
  expect(waiting.take()).toBe(two)
})
