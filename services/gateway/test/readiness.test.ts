import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats, startRedis } from '@syncline/embedded'
import { eventually, freePort } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ask, startWorld } from './world.ts'

test('readiness names what is away and nothing else, without addresses; liveness stays; it is well when that is back', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'gateway-readiness-'))
  const place = async (name: string) => ({
    dir: join(temp.path, name),
    log: join(temp.path, `${name}.log`),
    port: await freePort(),
  })
  const [nats, redis] = await Promise.all([place('nats'), place('redis')])
  let [natsServer, redisServer] = await Promise.all([startNats(nats), startRedis(redis)])
  await using open = new AsyncDisposableStack()
  open.defer(async () => {
    await natsServer[Symbol.asyncDispose]()
    await redisServer[Symbol.asyncDispose]()
  })
  await using world = await startWorld({
    natsUrl: natsServer.url,
    variables: { REDIS_URL: redisServer.url },
  })
  const get = (path: string) => ask(world.url, undefined, path)
  const ok = { nats: 'ok', redis: 'ok', records: 'ok', scheduler: 'ok' }
  await eventually(async () => expect((await get('/readyz')).body).toEqual({ status: 'ok', checks: ok }))
  const dependencies: Record<string, [stop: () => Promise<void>, start: () => Promise<unknown>]> = {
    records: [world.stopRecords, world.startRecords],
    scheduler: [world.stopScheduler, world.startScheduler],
    redis: [
      () => redisServer[Symbol.asyncDispose](),
      async () => {
        redisServer = await startRedis(redis)
      },
    ],
    nats: [
      () => natsServer[Symbol.asyncDispose](),
      async () => {
        natsServer = await startNats(nats)
      },
    ],
  }
  for (const [name, [stop, start]] of Object.entries(dependencies)) {
    await stop()
    for (const path of ['/readyz', '/health'])
      await eventually(async () => {
        const { status, body, text } = await get(path)
        expect({ status, body }).toEqual({
          status: 503,
          body: { status: 'failing', checks: { ...ok, [name]: expect.not.stringMatching(/^ok$/) } },
        })
        expect(text).not.toMatch(/\d+\.\d+\.\d+\.\d+|:\d{4,5}/)
      })
    expect(await get('/livez')).toMatchObject({ status: 200, body: { status: 'ok' } })
    await start()
    for (const path of ['/readyz', '/health'])
      await eventually(async () => expect((await get(path)).status).toBe(200))
  }
  // What a service says of its own servers is told too.
  world.recordsHealth = { clickhouse: 'no answer within 2000 ms', redis: 'ok' }
  await eventually(async () =>
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: { checks: { ...ok, records: expect.stringContaining('clickhouse') } },
    }),
  )
})
