import { expect, test } from 'vitest'
import { defaultReuseLimits } from './reuse.ts'
import { UsedChildren } from './used-children.ts'

function child() {
  const ended = Promise.withResolvers<void>()
  const made = { isDisposed: false, ended: ended.promise, [Symbol.dispose]: () => {} }
  made[Symbol.dispose] = () => {
    made.isDisposed = true
    ended.resolve()
  }
  return made
}

test('the child that came last is given first, for its own key only', () => {
  const used = new UsedChildren<ReturnType<typeof child>>(defaultReuseLimits)
  const [first, second, other] = [child(), child(), child()]
  used.put('a', first, 0)
  used.put('a', second, 1)
  used.put('b', other, 2)
  expect([used.take('a'), used.take('a'), used.take('a'), used.take('b')]).toEqual([
    second,
    first,
    undefined,
    other,
  ])
  expect(used.size).toBe(0)
})

test('with too many, the one that has waited longest ends', () => {
  const used = new UsedChildren<ReturnType<typeof child>>({ ...defaultReuseLimits, idle: 2 })
  const all = [child(), child(), child()]
  for (const [now, each] of all.entries()) used.put('a', each, now)
  expect(all.map(({ isDisposed }) => isDisposed)).toEqual([true, false, false])
})

test('those that wait for long end; one that has ended by itself is not given', async () => {
  const used = new UsedChildren<ReturnType<typeof child>>({ ...defaultReuseLimits, idleMs: 10 })
  const [old, young, ended] = [child(), child(), child()]
  used.put('a', old, 0)
  used.put('a', young, 5)
  used.put('a', ended, 6)
  ended[Symbol.dispose]()
  await ended.ended
  used.endIdle(10)
  expect(old.isDisposed).toBe(true)
  expect([used.take('a'), used.take('a')]).toEqual([young, undefined])
})
