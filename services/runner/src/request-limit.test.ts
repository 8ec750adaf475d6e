import { REQUESTS_AT_ONCE } from '@syncline/outgoing'
import { expect, test } from 'vitest'
import { RequestLimit } from './request-limit.ts'

test('requests that wait let others work, and never work beside too many', async () => {
  const limit = new RequestLimit()
  let [working, most] = [0, 0]
  const change = (by: number) => {
    working += by
    most = Math.max(most, working)
  }
  const over = Promise.withResolvers<void>()
  const waiting = Array.from({ length: REQUESTS_AT_ONCE }, () =>
    limit.run(async (waitOutside) => {
      change(1)
      await waitOutside(async () => {
        change(-1)
        await over.promise
      })
      change(1)
      await new Promise(setImmediate)
      change(-1)
    }),
  )
  const others = Array.from({ length: 2 * REQUESTS_AT_ONCE }, () =>
    limit.run(async () => {
      change(1)
      await new Promise(setImmediate)
      change(-1)
    }),
  )
  await others[0]
  over.resolve()
  await Promise.all([...waiting, ...others])
  expect(most).toBe(REQUESTS_AT_ONCE)
  expect(working).toBe(0)
})

test('a wait or a request that fails takes no place from others', async () => {
  const limit = new RequestLimit()
  const error = new Error('the attempt has ended')
  for (let i = 0; i < 2 * REQUESTS_AT_ONCE; i++) {
    await expect(limit.run((waitOutside) => waitOutside(() => Promise.reject(error)))).rejects.toBe(error)
  }
  expect(await limit.run(async () => 'works')).toBe('works')
})
