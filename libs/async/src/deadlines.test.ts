import { describe, expect, test } from 'vitest'
import { orAborted, timeLimit, waitForServer, withTimeout } from './index.ts'

const never = new Promise<never>(() => {})
const fails = () => Promise.reject(new Error('late failure'))

describe('orAborted', () => {
  test('gives what the promise gives', async () => {
    const { signal } = new AbortController()
    expect(await orAborted(Promise.resolve(1), signal)).toBe(1)
    await expect(orAborted(fails(), signal)).rejects.toThrow('late failure')
  })

  test('ends with the reason when the signal aborts, before or meanwhile', async () => {
    const caller = new AbortController()
    const waiting = orAborted(never, caller.signal)
    caller.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    await expect(orAborted(never, caller.signal)).rejects.toThrow('gone')
    // An ignored rejection would end the process: vitest reports it as an error of this file.
    await expect(orAborted(fails(), caller.signal)).rejects.toThrow('gone')
  })
})

describe('timeLimit', () => {
  test('aborts when its time is over', async () => {
    using limit = timeLimit(5)
    expect(limit.signal.aborted).toBe(false)
    await expect.poll(() => limit.signal.reason).toMatchObject({ name: 'TimeoutError' })
  })

  test('aborts when the caller does, before or meanwhile', () => {
    const caller = new AbortController()
    using limit = timeLimit(60_000, caller.signal)
    caller.abort('gone')
    expect(limit.signal.reason).toBe('gone')
    using late = timeLimit(60_000, caller.signal)
    expect(late.signal.reason).toBe('gone')
  })

  test('does nothing once it is disposed of', async () => {
    const caller = new AbortController()
    const limit = timeLimit(5, caller.signal)
    limit[Symbol.dispose]()
    caller.abort()
    using later = timeLimit(15)
    await expect.poll(() => later.signal.aborted).toBe(true)
    expect(limit.signal.aborted).toBe(false)
  })
})

test('withTimeout gives the value, or an error that says what took too long', async () => {
  expect(await withTimeout(Promise.resolve(1), 60_000, 'the answer')).toBe(1)
  await expect(withTimeout(never, 5, 'the answer')).rejects.toMatchObject({
    name: 'TimeoutError',
    message: 'the answer took longer than 5 ms',
  })
})

describe('waitForServer', () => {
  test('repeats until there is an answer', async () => {
    let calls = 0
    const ask = async () => {
      if (++calls < 3) throw new Error('still starting')
      return 'here'
    }
    expect(await waitForServer('Redis', ask, { retryMs: 1 })).toBe('here')
  })

  test('names the server and keeps the last error when the time is over, also if a call hangs', async () => {
    const limits = { timeoutMs: 20, retryMs: 5 }
    await expect(waitForServer(`Redis at 'h:1'`, fails, limits)).rejects.toMatchObject({
      message: `Redis at 'h:1' did not answer within 0.02 s`,
      cause: { message: 'late failure' },
    })
    await expect(waitForServer('NATS', () => never, limits)).rejects.toThrow(
      'NATS did not answer within 0.02 s',
    )
  })

  test('an error that will not pass is thrown at once', async () => {
    await expect(waitForServer('Redis', fails, { temporary: () => false })).rejects.toThrow('late failure')
  })
})
