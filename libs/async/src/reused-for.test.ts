import { expect, test, vi } from 'vitest'
import { reusedFor } from './reused-for.ts'

test('many callers share one call, and its answer counts for a while', async () => {
  vi.useFakeTimers()
  let calls = 0
  const ask = reusedFor(1000, async () => ++calls)
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1])
  await vi.advanceTimersByTimeAsync(999)
  expect(await ask()).toBe(1)
  await vi.advanceTimersByTimeAsync(2)
  expect(await ask()).toBe(2)
  vi.useRealTimers()
})

test('a failure is shared too, and does not stay', async () => {
  let calls = 0
  const ask = reusedFor(0, async () => {
    if (++calls === 1) throw new Error('away')
    return calls
  })
  await expect(ask()).rejects.toThrow('away')
  expect(await ask()).toBe(2)
})
