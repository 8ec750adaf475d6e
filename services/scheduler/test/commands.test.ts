import { eventually } from '@syncline/testkit'
import { describe, expect, test } from 'vitest'
import { BASE, ONE, pause, prepared, refusal, send, trigger } from './command-steps.ts'
import { schedulesIn } from './read-schedules.ts'
import { RUNNER } from './steps.ts'
import { ENVIRONMENT, HOUR_MS } from './world.ts'

test.concurrent('commands on one sync apply in the order in which they were accepted', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  await using _scheduler = await world.scheduler()
  const frequencies = Array.from({ length: 40 }, (_, i) => `${i + 1} hours`)
  const sent = []
  for (const frequency of frequencies) {
    sent.push(await world.command({ $case: 'setFrequency', value: { ...ONE, sync: BASE, frequency } }))
  }
  await sent.at(-1)?.answer
  expect(await schedulesIn(world)).toMatchObject([{ intervalMs: 40 * HOUR_MS }])
})

test.concurrent('a command that was accepted while every scheduler is down happens when one is back', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  const { answer } = await world.command(pause(ONE))
  await using _scheduler = await world.scheduler()
  expect(await answer).toMatchObject({ $case: 'done' })
  expect(await schedulesIn(world)).toMatchObject([{ state: 'PAUSED' }])
})

test.concurrent('a command finds a connection that was made a moment ago', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: [] })
  await using _scheduler = await world.scheduler()
  for (let i = 0; i < 20; i++) {
    await world.connect(`c${i}`)
    const { answer } = await world.command(
      trigger({ providerConfigKey: 'github', connectionId: `c${i}`, syncs: [BASE] }),
    )
    expect(await answer).toMatchObject({ $case: 'done' })
  }
})

test.concurrent('of several named syncs none runs if one is unknown', async () => {
  await using world = await prepared({ syncs: ['issues', 'pulls'], connections: ['one'], autoStart: false })
  await using _scheduler = await world.scheduler()
  const syncs = [BASE, { name: 'pulls', variant: 'base' }, { name: 'nothing', variant: 'base' }]
  expect(refusal(await send(world, trigger({ ...ONE, syncs })))).toBe('unknown_sync')
  expect(refusal(await send(world, trigger({ ...ONE, syncs: [{ name: 'issues', variant: 'x' }] })))).toBe(
    'unknown_sync',
  )
  expect(refusal(await send(world, trigger({ ...ONE, connectionId: 'nobody' })))).toBe('unknown_connection')
  expect(refusal(await send(world, trigger({ ...ONE, providerConfigKey: 'nothing' })))).toBe(
    'unknown_integration',
  )
  await eventually(async () =>
    expect((await schedulesIn(world)).map(({ lastRun }) => lastRun)).toEqual(['', '']),
  )
})

test.concurrent('a command without connection is about every connection of the integration', async () => {
  const connections = Array.from({ length: 120 }, (_, i) => `c${i}`)
  await using world = await prepared({ syncs: ['issues', 'pulls'], connections, autoStart: false })
  await using _scheduler = await world.scheduler()
  const target = { providerConfigKey: 'github', connectionId: '', syncs: [BASE] }
  expect(await send(world, trigger(target))).toMatchObject({ $case: 'done' })
  const schedules = await eventually(async () => {
    expect(await schedulesIn(world)).toHaveLength(240)
    return schedulesIn(world)
  })
  expect(schedules.filter(({ active }) => active !== '').map(({ definition }) => definition.sync)).toEqual(
    Array(120).fill('issues'),
  )
  expect(
    refusal(await send(world, trigger({ ...target, syncs: [{ name: 'nothing', variant: 'base' }] }))),
  ).toBe('unknown_sync')
})

test.concurrent('a command that waits for the record store holds up its own environment only, and keeps its place', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  // As many as share a partition, if there were partitions.
  const others = Array.from({ length: 16 }, (_, i) => `env${i}`)
  for (const environment of others) {
    await world.deploy({ name: 'issues' }, environment)
    await world.connect('one', environment)
  }
  await using _scheduler = await world.scheduler()
  const own = async () =>
    (await schedulesIn(world)).filter(({ definition }) => definition.environment === ENVIRONMENT)
  const [schedule] = await eventually(async () => {
    expect(await own()).toHaveLength(1)
    return own()
  })
  // A runner has it, so that there may be records.
  const instance = await world.instance()
  await eventually(async () => {
    const taken = await instance.runs.takeRuns({ ...RUNNER, slots: 100 }, 100, 0)
    expect(taken.some(({ run }) => run.startsWith(schedule?.id ?? ''))).toBe(true)
  })

  world.records.state.away = true
  await world.catalog.syncs.delete(ENVIRONMENT, 'github', 'issues')
  await eventually(async () => expect(await own()).toHaveLength(0))
  await world.deploy({ name: 'issues' })
  const waiting = await world.command(trigger(ONE))
  const behind = await world.command(pause(ONE))
  for (const environment of others) {
    const { answer } = await world.command(trigger(ONE), environment)
    expect(await answer).toMatchObject({ $case: 'done' })
  }

  world.records.state.away = false
  world.clock.advance(60_000)
  expect(await waiting.answer).toMatchObject({ $case: 'done' })
  expect(await behind.answer).toMatchObject({ $case: 'done' })
  expect(await own()).toMatchObject([{ state: 'PAUSED' }])
})

test.concurrent('a command that can not be decoded is dropped, and the next one applies', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  await world.bus.jetstream.publish(`${world.prefix}.command.${ENVIRONMENT}`, '\xff secret')
  await using _scheduler = await world.scheduler()
  expect(await send(world, pause(ONE))).toMatchObject({ $case: 'done' })
  expect(world.logged(`dropped message 1 on '${world.prefix}.command.${ENVIRONMENT}'`)).toBe(true)
  expect(world.logged('secret')).toBe(false)
})

describe('frequency', () => {
  test.concurrent('an override is answered in its canonical form, an empty one goes back to the default', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    const set = (frequency: string) =>
      send(world, { $case: 'setFrequency', value: { ...ONE, sync: BASE, frequency } })
    expect(await set('30m')).toMatchObject({ $case: 'done', value: { frequency: 'every 30 minutes' } })
    const [half] = await schedulesIn(world)
    expect(half).toMatchObject({ intervalMs: HOUR_MS / 2, freshMs: HOUR_MS })
    expect((half?.nextAt ?? 0) - world.clock.now).toBeLessThanOrEqual(HOUR_MS / 2)
    expect(await set('0 6 * * 1-5 Europe/Berlin')).toMatchObject({
      value: { frequency: '0 6 * * 1-5 Europe/Berlin' },
    })
    expect(await set('')).toMatchObject({ value: { frequency: 'every hour' } })
    expect(refusal(await set('29s'))).toBe('invalid_frequency')
    expect(refusal(await set('often'))).toBe('invalid_frequency')
    expect(await schedulesIn(world)).toMatchObject([
      { frequency: '', intervalMs: HOUR_MS, freshMs: 2 * HOUR_MS },
    ])
  })
})
