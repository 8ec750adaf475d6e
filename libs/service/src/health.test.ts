import { expect, test, vi } from 'vitest'
import { checkHealth, healthAnswer } from './health.ts'

test('what answers is ok, what fails says why, in the order given', async () => {
  const checks = await checkHealth({
    nats: async () => 'PONG',
    redis: async () => {
      throw new Error('Redis does not answer')
    },
  })
  expect(Object.entries(checks)).toEqual([
    ['nats', 'ok'],
    ['redis', 'Redis does not answer'],
  ])
  expect(healthAnswer(checks)).toEqual({ code: 503, body: { status: 'failing', checks } })
  expect(healthAnswer({ nats: 'ok' })).toEqual({ code: 200, body: { status: 'ok', checks: { nats: 'ok' } } })
})

test('what does not answer within 2 s is named, and its call is aborted', async () => {
  vi.useFakeTimers()
  let asked: AbortSignal | undefined
  const checks = checkHealth({
    nats: (signal) => {
      asked = signal
      return new Promise(() => {})
    },
    redis: async () => 'PONG',
  })
  await vi.advanceTimersByTimeAsync(2000)
  expect(await checks).toEqual({ nats: 'no answer within 2000 ms', redis: 'ok' })
  expect(asked?.aborted).toBe(true)
  vi.useRealTimers()
})
