import { expect, test } from 'vitest'
import { PageMemory } from './page-memory.ts'

const never = new AbortController().signal

test('so many callers wait for memory, each environment with its share; more are refused at once', async () => {
  const memory = new PageMemory(100)
  using _held = await memory.reserve('a', 100, never)
  const callers = new AbortController()
  const waiting = (environment: string) => memory.reserve(environment, 20, callers.signal)
  const calls = Array.from({ length: 500 }, () => waiting('a'))
  await expect(waiting('a')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /^too many calls of environment a wait .*; read fewer or smaller pages .* \(RECORDS_READ_MAX_BYTES is 100\)$/,
    ),
  })
  calls.push(waiting('b'))
  callers.abort(new Error('gone'))
  for (const call of await Promise.allSettled(calls))
    expect(call).toMatchObject({ status: 'rejected', reason: { message: 'gone' } })
})

test('a caller that waits is served when memory is given back', async () => {
  const changes: number[] = []
  const memory = new PageMemory(100, (bytes) => changes.push(bytes))
  const held = await memory.reserve('a', 100, never)
  const call = memory.reserve('b', 20, never)
  held.shrinkTo(50)
  held[Symbol.dispose]()
  using _page = await call
  expect(changes.at(-1)).toBe(20)
  expect(Math.max(...changes)).toBe(100)
})

test('a small page is read while large ones hold all of their part, even more than it', async () => {
  const memory = new PageMemory(64 * 1024 * 1024)
  using large = await memory.reserve('slow', 18 * 1024 * 1024, never)
  large.growTo(100 * 1024 * 1024)
  using _small = await memory.reserve('quick', 4 * 1024 * 1024, never)
})
