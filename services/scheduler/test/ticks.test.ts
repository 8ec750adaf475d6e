import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@syncline/embedded'
import { connectRedis } from '@syncline/redis'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { scheduleId } from '../src/schedule.ts'
import { nextSlot } from '../src/slots.ts'
import type { Store } from '../src/store.ts'
import { ENVIRONMENT, HOUR_MS, openWorld, type World } from './world.ts'

const DAY_MS = 24 * HOUR_MS

test('no environment waits for the round trips of another one', async () => {
  await using redis = await ownRedis()
  await using slow = await delayed(redis.port, 10)
  await using world = await openWorld({ REDIS_URL: slow.url })
  const { store, ticker } = world.instance()
  const environments = Array.from({ length: 60 }, (_, i) => `env${i}`)
  await Promise.all(environments.map((environment) => create(world, store, 'issues', environment)))

  const started = performance.now()
  await ticker.tick()
  const tookMs = performance.now() - started
  expect(await world.requested()).toHaveLength(60)
  // One after the other: 60 × three round trips of 20 ms.
  expect(tookMs).toBeLessThan(1500)
})

test('a full environment costs one script a tick, however much is due in it', async () => {
  await using redis = await ownRedis()
  await using world = await openWorld({
    REDIS_URL: redis.url,
    SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '1',
  })
  const { store, ticker } = world.instance()
  const ids = await Promise.all(Array.from({ length: 80 }, (_, i) => create(world, store, `sync${i}`)))
  await ticker.tick()
  expect(await world.requested()).toHaveLength(1)

  const before = await redis.calls('evalsha')
  await ticker.tick()
  await ticker.tick()
  expect((await redis.calls('evalsha')) - before).toBe(2)

  // The slot of the schedule that has a run is still skipped and counted.
  const schedules = await Promise.all(ids.map((id) => store.schedule(ENVIRONMENT, id)))
  const running = schedules.find((schedule) => schedule?.active !== '')
  world.clock.now = running?.nextAt ?? 0
  await ticker.tick()
  expect(await store.schedule(ENVIRONMENT, running?.id ?? '')).toMatchObject({ skipped: 1 })

  // When its run ends, one more begins, by one claim.
  const settled = await redis.calls('evalsha')
  await succeed(world, store, running?.active ?? '')
  await ticker.tick()
  expect(await world.requested()).toHaveLength(2)
  expect((await redis.calls('evalsha')) - settled).toBeLessThanOrEqual(4)
})

test('an idle environment costs nothing until its next slot is due', async () => {
  await using redis = await ownRedis()
  await using world = await openWorld({ REDIS_URL: redis.url })
  const { store, ticker } = world.instance({ idleMs: DAY_MS })
  const id = await create(world, store, 'issues')
  await ticker.tick()
  const schedule = await store.schedule(ENVIRONMENT, id)
  await succeed(world, store, schedule?.active ?? '')
  await ticker.tick()

  const reads = ['evalsha', 'zrange', 'zrangebyscore', 'hgetall']
  const before = await redis.calls(...reads)
  for (let i = 0; i < 5; i++) expect(await ticker.tick()).toBe(0)
  expect(await redis.calls(...reads)).toBe(before)
  world.clock.now = (schedule?.nextAt ?? 0) - 1
  expect(await ticker.tick()).toBe(0)
  world.clock.advance(1)
  expect(await ticker.tick()).toBe(2) // the claim, and its request
})

test('what an instance leaves undone in an idle environment is found by another one', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance({ idleMs: 50 })
  await create(world, store, 'issues')
  await ticker.tick()
  expect(await ticker.tick()).toBe(0)
  // Its run is in the outbox, and this instance dies before it publishes the request.
  await create(world, world.instance().store, 'pulls')
  await eventually(async () => {
    await ticker.tick()
    expect(await world.requested()).toHaveLength(2)
  })
})

test('a trigger is worked on at once, and no other environment is', async () => {
  await using redis = await ownRedis()
  await using world = await openWorld({ REDIS_URL: redis.url, SCHEDULER_TICK_MS: String(DAY_MS) })
  const { store } = world.instance()
  await world.deploy({ name: 'issues', autoStart: false })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  const all = { environment: ENVIRONMENT, providerConfigKey: 'github', connectionId: '', syncs: [] }
  await eventually(async () =>
    expect((await scheduler.schedules.listSchedules(all)).schedules).toHaveLength(1),
  )
  const others = Array.from({ length: 50 }, (_, i) => `env${i}`)
  await Promise.all(others.map((environment) => create(world, store, 'issues', environment)))

  const before = await redis.calls('zrangebyscore')
  const target = { providerConfigKey: 'github', connectionId: 'one', syncs: [] }
  await world.command({ $case: 'trigger', value: { target, reset: false, emptyCache: false } })
  await eventually(async () => expect(await world.requested()).toHaveLength(1))
  expect((await redis.calls('zrangebyscore')) - before).toBeLessThan(20)
})

/** A Redis of this test alone, which counts commands. */
async function ownRedis() {
  await using open = new AsyncDisposableStack()
  const temp = open.use(await mkdtempDisposable(join(tmpdir(), 'scheduler-ticks-')))
  const server = open.use(
    await startRedis({ dir: join(temp.path, 'data'), log: join(temp.path, 'redis.log') }),
  )
  const client = open.adopt(
    connectRedis(server.url, () => {}),
    (redis) => redis.disconnect(),
  )
  const owned = open.move()
  return {
    url: server.url,
    port: server.port,
    /** Calls so far, of scripts too. */
    async calls(...commands: string[]): Promise<number> {
      const stats = await client.info('commandstats')
      const counts = commands.map((name) => new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
      return counts.reduce((sum: number, count) => sum + Number(count), 0)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A way to a port of this machine on which bytes travel for `delayMs` in each direction. */
async function delayed(port: number, delayMs: number) {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => setTimeout(() => to.write(bytes), delayMs))
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not a port')
  return {
    url: `redis://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

async function create(world: World, store: Store, sync: string, environment = ENVIRONMENT): Promise<string> {
  const id = scheduleId(environment, 'uid', sync, 'base')
  await store.createSchedule(environment, {
    id,
    integration: 'github',
    connection: 'one',
    uid: 'uid',
    sync,
    variant: 'base',
    models: ['Issue'],
    state: 'STARTED',
    blocked: '',
    default: 'every hour',
    nextAt: nextSlot(id, { kind: 'every', ms: HOUR_MS }, world.clock.now),
    command: '',
  })
  return id
}

async function succeed(world: World, store: Store, runId: string): Promise<void> {
  const attempt = { throttles: 0, runner: 'r', sandbox: 'basic', leaseMs: 30_000, maxAttempts: 5 }
  await store.startAttempt(ENVIRONMENT, runId, attempt)
  const end = { attempt: 1, outcome: 'SUCCESS' as const, error: '', counts: [], lastLines: [] }
  expect(await store.settle(ENVIRONMENT, runId, { ...end, finishedAt: world.clock.now })).toBe('')
}
