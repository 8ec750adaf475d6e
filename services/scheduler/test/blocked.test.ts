import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { create, succeed, trigger } from './steps.ts'
import { ENVIRONMENT, HOUR_MS, openWorld, type World } from './world.ts'

const SINCE = '2026-01-01T00:00:00.000Z'
const BLOCKED = JSON.stringify({ reason: 'needs_reauth', message: 'invalid_grant', since: SINCE })
const ONE = { environment: ENVIRONMENT, providerConfigKey: 'github', connectionId: 'one' }

test('a blocked schedule takes no slot, runs when it is asked for, and runs again when it is not blocked any more', async () => {
  await using world = await openWorld()
  const { store, ticker } = world.instance()
  const id = await create(world, store)
  await succeed(world, store, id)
  const nextAt = (await store.schedule(ENVIRONMENT, id))?.nextAt ?? 0
  const block = { blocked: BLOCKED, resumeAt: nextAt, missed: 0 }
  expect(await store.setBlocked(ENVIRONMENT, id, block)).toBe('done')
  expect(await store.setBlocked(ENVIRONMENT, id, block)).toBe('unchanged')
  world.clock.advance(5 * HOUR_MS)
  expect(await ticker.tick()).toBe(0)
  expect(await store.claim(ENVIRONMENT, id, { slot: nextAt, nextAt, missed: 0 })).toBe('lost')

  await trigger(store, id, 'asked')
  await succeed(world, store, id)
  expect(await store.runs(ENVIRONMENT, id, 50)).toMatchObject([{ cause: 'trigger' }, { cause: 'schedule' }])

  const resumeAt = world.clock.now + 1000
  await store.setBlocked(ENVIRONMENT, id, { blocked: '', resumeAt, missed: 5 })
  expect(await store.schedule(ENVIRONMENT, id)).toMatchObject({ skipped: 5, state: 'STARTED', blocked: '' })
  expect(await ticker.tick()).toBe(0)
  world.clock.advance(1000)
  await ticker.tick()
  expect(await store.runs(ENVIRONMENT, id, 50)).toHaveLength(3)
})

test('a connection that needs new credentials blocks its schedules, and new credentials let them run again', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const other = await world.scheduler()
  await world.deploy({ name: 'issues' })
  await world.deploy({ name: 'paused', autoStart: false })
  await world.connect('one')
  const first = await eventually(async () => (await world.requests())[0] ?? expect.fail('no run yet'))
  await scheduler.runs.startAttempt({ environment: ENVIRONMENT, runId: first, runner: 'r' })
  await world.finish(first, 1, 'RUN_OUTCOME_FAILED', 'invalid_grant')
  await needsReauth(world, { since: SINCE, reason: 'invalid_grant' })
  const blocked = { reason: 'needs_reauth', message: 'invalid_grant', since: SINCE }
  const stopped = { state: 'SCHEDULE_STATE_STARTED', nextAtMs: 0, blocked }
  const paused = { state: 'SCHEDULE_STATE_PAUSED', blocked }
  await eventually(async () => expect(await status(scheduler)).toMatchObject([stopped, paused]))

  // A sync that is deployed meanwhile is blocked from the start; and a scheduler that starts anew changes nothing.
  await other[Symbol.asyncDispose]()
  await using _again = await world.scheduler()
  await world.deploy({ name: 'later' })
  await eventually(async () => expect(await status(scheduler)).toMatchObject([stopped, stopped, paused]))
  world.clock.advance(3 * HOUR_MS)
  await eventually(async () => expect((await status(scheduler))[0]?.lastRun?.id).toBe(first))

  await needsReauth(world, undefined)
  await eventually(async () => {
    for (const { blocked: still } of await status(scheduler)) expect(still).toBeUndefined()
  })
  world.clock.advance(5000)
  const begun = { lastRun: { state: 'RUN_STATE_QUEUED' } }
  await eventually(async () =>
    expect(await status(scheduler)).toMatchObject([
      { ...begun, skippedSlots: 3 },
      begun,
      { state: 'SCHEDULE_STATE_PAUSED' },
    ]),
  )
  const [issues, , stays] = await status(scheduler)
  expect(issues?.nextAtMs).toBeGreaterThan(world.clock.now)
  expect(stays?.lastRun).toBeUndefined()
})

async function needsReauth(world: World, reason: { since: string; reason: string } | undefined) {
  await world.catalog.connections.update(
    ({ needsReauth: _, ...connection }) => ({ ...connection, ...(reason && { needsReauth: reason }) }),
    ENVIRONMENT,
    'github',
    'one',
  )
}

async function status(scheduler: Awaited<ReturnType<World['scheduler']>>) {
  return (await scheduler.schedules.listSchedules(ONE)).schedules
}
