import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats, startRedis } from '@syncline/embedded'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ENVIRONMENT, openWorld } from './world.ts'

test('while Redis is away calls are answered as unavailable, and all goes on when it is back', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'scheduler-outage-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'redis.log') }
  const first = await startRedis(place)
  await using world = await openWorld({ REDIS_URL: first.url })
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  const runId = await eventually(async () => (await world.requested())[0] ?? expect.fail('no run yet'))
  const run = { environment: ENVIRONMENT, runId, attempt: 1 }
  await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })

  await first[Symbol.asyncDispose]()
  await expect(scheduler.runs.heartbeat({ ...run, counts: [] })).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(await scheduler.service.health()).toMatchObject({ redis: 'no answer within 2000 ms', nats: 'ok' })
  const target = { providerConfigKey: 'github', connectionId: 'one', syncs: [] }
  const { answer } = await world.command({
    $case: 'trigger',
    value: { target, reset: false, emptyCache: false },
  })

  await using _second = await startRedis({ ...place, port: first.port })
  expect(await answer).toMatchObject({ $case: 'done' })
  expect(await scheduler.runs.heartbeat({ ...run, counts: [] })).toEqual({ stopReason: '' })
  expect(await scheduler.service.health()).toEqual({ redis: 'ok', nats: 'ok' })
  await world.finish(runId, 1, 'RUN_OUTCOME_SUCCESS')
  await eventually(async () => expect(await world.requested()).toHaveLength(2))
})

test('while NATS is away slots are claimed, and their runs are asked for when it is back', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'scheduler-outage-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'nats.log') }
  const first = await startNats(place)
  await using world = await openWorld({ NATS_URL: first.url })
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  const runId = await eventually(async () => (await world.requested())[0] ?? expect.fail('no run yet'))
  await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId, runner: 'r' })
  await world.finish(runId, 1, 'RUN_OUTCOME_SUCCESS')
  const { store } = world.instance()
  const [schedule] = await eventually(async () => {
    const [uid = ''] = await store.connections(ENVIRONMENT)
    const schedules = await store.schedulesOf(ENVIRONMENT, uid)
    expect(schedules).toMatchObject([{ active: '' }])
    return schedules
  })

  await first[Symbol.asyncDispose]()
  world.clock.now = schedule?.nextAt ?? 0
  await eventually(async () => expect(await store.runs(ENVIRONMENT, schedule?.id ?? '', 50)).toHaveLength(2))
  await using _second = await startNats({ ...place, port: first.port })
  await eventually(async () => expect(await world.requested()).toHaveLength(2), { timeoutMs: 20_000 })
})
