import { freePort } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connect, serve } from '../src/index.ts'

const { signal } = new AbortController()
const serving = () =>
  serve(
    '127.0.0.1:0',
    () => {},
    () => {},
  )

test('a service answers whether all that it depends on answers', async () => {
  await using server = await serving()
  using connection = connect(`127.0.0.1:${server.port}`)
  await connection.checkHealth(signal)
  const checks = { redis: 'ok', clickhouse: 'no answer within 2000 ms' }
  server.answerHealth(async () => checks)
  await expect(connection.checkHealth(signal)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'clickhouse: no answer within 2000 ms',
  })
})

test('its servers are asked once a second, however many callers ask', async () => {
  await using server = await serving()
  using connection = connect(`127.0.0.1:${server.port}`)
  let asked = 0
  server.answerHealth(async () => {
    asked++
    return { redis: 'ok' }
  })
  await Promise.all(Array.from({ length: 10 }, () => connection.checkHealth(signal)))
  expect(asked).toBe(1)
})

test('a service that is not there fails the check', async () => {
  using connection = connect(`127.0.0.1:${await freePort()}`)
  await expect(connection.checkHealth(AbortSignal.timeout(2000))).rejects.toThrow()
})
