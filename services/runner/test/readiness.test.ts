import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats, startRedis } from '@syncline/embedded'
import { RecordsDefinition } from '@syncline/proto'
import { type RpcServer, serve } from '@syncline/rpc'
import { eventually, freePort } from '@syncline/testkit'
import { FakeRecords } from '@syncline/testkit/records'
import { expect, test } from 'vitest'
import { createWorld } from './world.ts'

/** A peer that only says how it is. */
const startPeer = (port: number): Promise<RpcServer> =>
  serve(
    `127.0.0.1:${port}`,
    (server) => server.add(RecordsDefinition, new FakeRecords().calls),
    () => {},
  )

test('health says what a runner lacks, and that it is back', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'runner-readiness-'))
  const place = async (name: string) => ({
    dir: join(temp.path, name),
    log: join(temp.path, `${name}.log`),
    port: await freePort(),
  })
  const [nats, redis, records, scheduler] = await Promise.all([
    place('nats'),
    place('redis'),
    freePort(),
    freePort(),
  ])
  const servers: [name: string, start: () => Promise<AsyncDisposable & { url?: string }>][] = [
    ['nats', () => startNats(nats)],
    ['redis', () => startRedis(redis)],
    ['records', () => startPeer(records)],
    ['scheduler', () => startPeer(scheduler)],
  ]
  const running = new Map<string, AsyncDisposable>()
  await using open = new AsyncDisposableStack()
  for (const [name, start] of servers) running.set(name, await start())
  open.defer(async () => {
    for (const server of running.values()) await server[Symbol.asyncDispose]()
  })
  await using world = await createWorld()
  const runner = await world.startRunner({
    NATS_URL: `nats://127.0.0.1:${nats.port}`,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    RECORDS_ADDRESS: `127.0.0.1:${records}`,
    SCHEDULER_ADDRESS: `127.0.0.1:${scheduler}`,
  })
  const ok = { nats: 'ok', redis: 'ok', records: 'ok', scheduler: 'ok' }
  await eventually(async () => expect(await runner.health()).toEqual(ok))
  for (const [name, start] of servers) {
    await running.get(name)?.[Symbol.asyncDispose]()
    running.delete(name)
    await eventually(async () =>
      expect(await runner.health()).toEqual({ ...ok, [name]: expect.not.stringMatching(/^ok$/) }),
    )
    running.set(name, await start())
    await eventually(async () => expect(await runner.health()).toEqual(ok))
  }
})
