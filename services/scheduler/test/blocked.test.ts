import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { openOwnWorld, schedulesIn } from './read-schedules.ts'
import { activeOf, create, end, pass, scheduleOf, succeed, take, trigger } from './steps.ts'
import { ENVIRONMENT, HOUR_MS, type World } from './world.ts'

const SINCE = '2026-01-01T00:00:00.000Z'
const BLOCKED = JSON.stringify({ reason: 'needs_reauth', message: 'invalid_grant', since: SINCE })

test.concurrent('a blocked schedule takes no slot, runs when it is asked for, and runs again when it is not blocked any more', async () => {
  await using world = await openOwnWorld()
  const instance = await world.instance()
  const { schedules, ticker } = instance
  const id = await create(instance)
  await succeed(instance, id)
  const set = async (blocked: string) => (await schedules.setBlocked([{ id, blocked }], 5000)).changed
  expect(await set(BLOCKED)).toEqual([id])
  expect(await set(BLOCKED)).toEqual([])
  await pass(world, instance, 5 * HOUR_MS)
  expect(await activeOf(instance, id)).toBeUndefined()

  await trigger(instance, id, 'asked')
  await succeed(instance, id)
  expect((await instance.runs.ended(id, 50)).map(({ cause }) => cause)).toEqual(['trigger', 'schedule'])

  expect(await set('')).toEqual([id])
  expect(await scheduleOf(instance, id)).toMatchObject({ skipped: 5, state: 'STARTED', blocked: '' })
  const reasons = await world.redis.lrange(world.key(`k:${id}`), 0, -1)
  expect(reasons.map((text) => JSON.parse(text).slice(2))).toEqual([[5, 'needs_reauth']])
  world.clock.advance(5000)
  await ticker.tick()
  expect(await activeOf(instance, id)).toMatchObject({ cause: 'schedule' })
  expect(await world.problems()).toEqual([])
})

test.concurrent('slots of cron that passed while it was blocked are counted too', async () => {
  await using world = await openOwnWorld()
  await using _scheduler = await world.scheduler()
  await world.deploy({ name: 'issues', frequency: '*/10 * * * *' })
  await world.connect('one')
  await eventually(async () => expect((await schedulesIn(world))[0]?.active).toBeTruthy())
  await needsReauth(world, { since: SINCE, reason: 'invalid_grant' })
  await eventually(async () => expect((await schedulesIn(world))[0]?.blocked).not.toBe(''))
  world.clock.advance(HOUR_MS)
  await needsReauth(world, undefined)
  const [schedule] = await eventually(async () => {
    const schedules = await schedulesIn(world)
    expect(schedules).toMatchObject([{ blocked: '' }])
    return schedules
  })
  const reasons = await world.redis.lrange(world.key(`k:${schedule?.id}`), 0, -1)
  expect(reasons.map((text) => JSON.parse(text).slice(2))).toContainEqual([6, 'needs_reauth'])
})

test.concurrent('a connection that needs new credentials blocks its schedules, and new credentials let them run again', async () => {
  await using world = await openOwnWorld()
  await using _scheduler = await world.scheduler()
  const other = await world.scheduler()
  const instance = await world.instance()
  await world.deploy({ name: 'issues' })
  await world.deploy({ name: 'paused', autoStart: false })
  await world.connect('one')
  const [first] = await eventually(async () => {
    const schedules = await schedulesIn(world)
    expect(schedules.map(({ active }) => active !== '')).toEqual([true, false])
    return schedules
  })
  await end(instance, await take(instance, first?.id ?? ''), { outcome: 'FAILED', error: 'invalid_grant' })
  await needsReauth(world, { since: SINCE, reason: 'invalid_grant' })
  const stopped = { state: 'STARTED', active: '', blocked: BLOCKED }
  const paused = { state: 'PAUSED', blocked: BLOCKED }
  await eventually(async () => expect(await schedulesIn(world)).toMatchObject([stopped, paused]))

  // A sync that is deployed meanwhile is blocked from the start; and a scheduler that starts again changes nothing.
  await other[Symbol.asyncDispose]()
  await using _again = await world.scheduler()
  await world.deploy({ name: 'later' })
  await eventually(async () => expect(await schedulesIn(world)).toMatchObject([stopped, stopped, paused]))
  world.clock.advance(3 * HOUR_MS)
  await instance.clock.synchronize()
  await instance.ticker.tick()
  expect(await schedulesIn(world)).toMatchObject([stopped, stopped, paused])

  await needsReauth(world, undefined)
  await eventually(async () => {
    for (const { blocked } of await schedulesIn(world)) expect(blocked).toBe('')
  })
  world.clock.advance(5000)
  await eventually(async () => {
    const [issues, later, stays] = await schedulesIn(world)
    expect(issues).toMatchObject({ skipped: 3, active: expect.stringContaining('-') })
    expect(later?.active).not.toBe('')
    expect(stays).toMatchObject({ state: 'PAUSED', active: '' })
    expect(issues?.nextAt).toBeGreaterThan(world.clock.now)
  })
  expect(await world.problems()).toEqual([])
})

async function needsReauth(world: World, reason: { since: string; reason: string } | undefined) {
  await world.catalog.connections.update(
    ({ needsReauth: _, ...connection }) => ({ ...connection, ...(reason && { needsReauth: reason }) }),
    ENVIRONMENT,
    'github',
    'one',
  )
}
