import { eventually } from '@syncline/testkit'
import { describe, expect, test } from 'vitest'
import { ONE, pause, prepared, refusal, send, trigger } from './command-steps.ts'
import { activeRuns, schedulesIn } from './read-schedules.ts'
import { RUNNER } from './steps.ts'

describe('variants', () => {
  const variant = (variant: string) => ({ ...ONE, sync: { name: 'issues', variant } })

  test.concurrent('a variant has a schedule of its own that runs at once', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    await eventually(async () => expect(await schedulesIn(world)).toHaveLength(1))
    const answer = await send(world, { $case: 'createVariant', value: variant('team') })
    const schedules = await schedulesIn(world)
    expect(schedules.map(({ variant }) => variant)).toEqual(['base', 'team'])
    expect(answer).toMatchObject({ $case: 'done', value: { scheduleId: schedules[1]?.id } })
    expect(schedules[1]?.active).not.toBe('')
    expect(refusal(await send(world, { $case: 'createVariant', value: variant('team') }))).toBe(
      'sync_variant_already_exists',
    )
  })

  test.concurrent('a sync that is not deployed has no variants, and no sync has more than allowed', async () => {
    await using world = await prepared(
      { syncs: ['issues'], connections: ['one'] },
      { SCHEDULER_MAX_VARIANTS: '3' },
    )
    await using _scheduler = await world.scheduler()
    const create = async (name: string, variant: string) =>
      refusal(await send(world, { $case: 'createVariant', value: { ...ONE, sync: { name, variant } } }))
    expect(await create('nothing', 'x')).toBe('unknown_sync')
    expect(await create('issues', 'a')).toBeUndefined()
    expect(await create('issues', 'b')).toBeUndefined()
    expect(await create('issues', 'c')).toBe('resource_capped')
  })

  test.concurrent('a deleted variant is gone, with its records, when the answer comes', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    await send(world, { $case: 'createVariant', value: variant('team') })
    await (await world.instance()).runs.takeRuns(RUNNER, 10, 0)
    expect(await send(world, { $case: 'deleteVariant', value: variant('team') })).toMatchObject({
      $case: 'done',
    })
    expect(world.records.state.emptied).toMatchObject([{ model: 'Issue', variant: 'team' }])
    expect((await schedulesIn(world)).map(({ variant }) => variant)).toEqual(['base'])
    expect(refusal(await send(world, { $case: 'deleteVariant', value: variant('team') }))).toBe('not_found')
  })

  test.concurrent('while the record store is away a deletion is not answered, holds nothing up, and is finished later', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    await send(world, { $case: 'createVariant', value: variant('team') })
    await (await world.instance()).runs.takeRuns(RUNNER, 10, 0)
    world.records.state.away = true
    await world.command({ $case: 'deleteVariant', value: variant('team') })
    expect(await send(world, pause(ONE))).toMatchObject({ $case: 'done' })
    expect((await schedulesIn(world)).map(({ variant }) => variant)).toEqual(['base'])
    world.records.state.away = false
    world.clock.advance(60_000)
    await eventually(() => expect(world.records.state.emptied).toMatchObject([{ variant: 'team' }]))
    expect(await send(world, { $case: 'createVariant', value: variant('team') })).toMatchObject({
      $case: 'done',
    })
  })

  test.concurrent('resetting a variant leaves those whose name begins with its own', async () => {
    await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
    await using _scheduler = await world.scheduler()
    for (const name of ['a', 'ab']) await send(world, { $case: 'createVariant', value: variant(name) })
    await eventually(async () => expect(await activeRuns(world)).toHaveLength(3))
    const { runs } = await world.instance()
    const taken = await runs.takeRuns(RUNNER, 10, 0)
    expect(taken).toHaveLength(3)
    for (const { run, attempt } of taken) await runs.saveCheckpoint(run, attempt, '{"page":3}')
    await send(world, trigger({ ...ONE, syncs: [{ name: 'issues', variant: 'a' }] }, { reset: true }))
    expect((await schedulesIn(world)).map(({ variant, checkpoint }) => [variant, checkpoint])).toEqual([
      ['a', ''],
      ['ab', '{"page":3}'],
      ['base', '{"page":3}'],
    ])
  })
})
