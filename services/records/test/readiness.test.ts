import { startClickHouse, startRedis } from '@syncline/embedded'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { startRecords } from './harness.ts'
import { startKillable } from './killable-process.ts'

test('health says which server is away, and that it is back', async () => {
  await using clickhouse = await startKillable(startClickHouse)
  await using redis = await startKillable(startRedis)
  await using store = await startRecords(undefined, { clickhouse: clickhouse.url, redis: redis.url })
  const health = () => store.service.health()
  const ok = { clickhouse: 'ok', redis: 'ok' }
  expect(await health()).toEqual(ok)
  for (const [name, server] of [
    ['redis', redis],
    ['clickhouse', clickhouse],
  ] as const) {
    await server.kill()
    expect(await health()).toEqual({ ...ok, [name]: expect.not.stringMatching(/^ok$/) })
    await server.start()
    await eventually(async () => expect(await health()).toEqual(ok))
  }
})
