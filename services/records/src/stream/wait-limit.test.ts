import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { waitLimit } from './wait-limit.ts'

test('it aborts when its time is over', async () => {
  using wait = waitLimit(new AbortController().signal, 5)
  expect(wait.limit.aborted).toBe(false)
  await expect.poll(() => wait.limit.aborted).toBe(true)
  expect(wait.limit.reason).toMatchObject({ name: 'TimeoutError' })
})

test('it aborts when the caller gives up, before or meanwhile', () => {
  const caller = new AbortController()
  using wait = waitLimit(caller.signal, 60_000)
  caller.abort('gone')
  expect(wait.limit.reason).toBe('gone')
  using late = waitLimit(caller.signal, 60_000)
  expect(late.limit.reason).toBe('gone')
})

test('nothing comes of it once it is disposed of', async () => {
  const caller = new AbortController()
  const wait = waitLimit(caller.signal, 5)
  wait[Symbol.dispose]()
  caller.abort()
  await sleep(20)
  expect(wait.limit.aborted).toBe(false)
})
