import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats, startRedis } from '@syncline/embedded'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { create, RUNNER, scheduleOf, takeAll } from './steps.ts'
import { openWorld } from './world.ts'

const ALL = { runner: RUNNER, freeSlots: 10, freeReservedSlots: 0 }

test('while Redis is away calls are answered as unavailable, and all goes on when it is back', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'scheduler-outage-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'redis.log') }
  const first = await startRedis(place)
  await using world = await openWorld({ REDIS_URL: first.url })
  await world.deploy({ name: 'issues' })
  await world.connect('one')
  await using scheduler = await world.scheduler()
  const runId = await eventually(async () => {
    const { attempts } = await scheduler.runs.takeRuns(ALL)
    return attempts[0]?.runId ?? expect.fail('no run yet')
  })
  const beats = [{ runId, attempt: 1, counts: [], parked: '' }]

  await first[Symbol.asyncDispose]()
  await expect(scheduler.runs.heartbeat({ runner: RUNNER, beats })).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(await scheduler.service.health()).toMatchObject({ redis: 'no answer within 2000 ms', nats: 'ok' })
  const target = { providerConfigKey: 'github', connectionId: 'one', syncs: [] }
  const { answer } = await world.command({
    $case: 'trigger',
    value: { target, reset: false, emptyCache: false, withRuns: false },
  })

  await using _second = await startRedis({ ...place, port: first.port })
  expect(await answer).toMatchObject({ $case: 'done' })
  expect(await scheduler.runs.heartbeat({ runner: RUNNER, beats })).toEqual({ stops: [] })
  expect(await scheduler.service.health()).toEqual({ redis: 'ok', nats: 'ok' })
  const report = { runId, attempt: 1, outcome: 'RUN_OUTCOME_SUCCESS' as const }
  expect(await scheduler.runs.endAttempt(report)).toEqual({ ignored: '' })
  expect((await scheduler.runs.takeRuns(ALL)).attempts).toMatchObject([{ attempt: 1 }])
})

test('while NATS is away slots are claimed, and runners that ask get their runs', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'scheduler-outage-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'nats.log') }
  const first = await startNats(place)
  await using world = await openWorld({ NATS_URL: first.url })
  await using scheduler = await world.scheduler()
  const instance = await world.instance()
  const id = await create(instance)
  const [taken = expect.fail('no run')] = await takeAll(instance)
  await scheduler.runs.endAttempt({ runId: taken.run, attempt: 1, outcome: 'RUN_OUTCOME_SUCCESS' })

  await first[Symbol.asyncDispose]()
  expect(await scheduler.service.health()).toMatchObject({
    redis: 'ok',
    nats: expect.not.stringMatching(/^ok$/),
  })
  world.clock.now = (await scheduleOf(instance, id))?.nextAt ?? 0
  await eventually(async () => {
    expect((await scheduler.runs.takeRuns(ALL)).attempts).toHaveLength(1)
  })
  await using _second = await startNats({ ...place, port: first.port })
  await eventually(async () => expect(await scheduler.service.health()).toEqual({ redis: 'ok', nats: 'ok' }))
})
