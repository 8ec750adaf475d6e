import type { ActOnSchedules } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { BASE, ONE, prepared, refusal, send } from './command-steps.ts'
import { schedulesIn } from './read-schedules.ts'
import { RUNNER } from './steps.ts'
import { HOUR_MS, type World } from './world.ts'

const act = (ids: string[], action: NonNullable<ActOnSchedules['action']>) => ({
  ...{ $case: 'actOnSchedules' as const, value: { ids, action } },
})
const pauseThem = { $case: 'pause', value: {} } as const

/** The schedules of an environment that has settled, by connection. */
async function made(world: World, count: number) {
  await eventually(async () => expect(await schedulesIn(world)).toHaveLength(count))
  const schedules = await schedulesIn(world)
  return schedules.toSorted((a, b) => (a.connection < b.connection ? -1 : 1))
}

test('an action is done with each schedule that is there, and the others are refused one by one', async () => {
  const connections = Array.from({ length: 60 }, (_, i) => `c${10 + i}`)
  await using world = await prepared({ syncs: ['issues'], connections })
  await world.deploy({ name: 'issues' }, 'other')
  await world.connect('one', 'other')
  await using scheduler = await world.scheduler()
  const all = await made(world, 61)
  const other = all.find(({ definition }) => definition.environment === 'other')?.id ?? ''
  const own = all.filter(({ id }) => id !== other).map(({ id }) => id)
  const notThere = (id: string) => ({ id, code: 'not_found', message: `there is no schedule '${id}'` })
  const result = await send(world, act([...own, other, 'nothing'], pauseThem))
  expect(result).toMatchObject({ $case: 'done', value: { refusals: [other, 'nothing'].map(notThere) } })
  const states = async () => (await made(world, 61)).map(({ id, state }) => [id === other, state])
  expect(await states()).toEqual(all.map(({ id }) => (id === other ? [true, 'STARTED'] : [false, 'PAUSED'])))
  // Who asks sees it in the list at once.
  const counted = () => scheduler.schedules.countSchedules({ environment: 'dev', filter: {} })
  expect(await counted()).toMatchObject({ total: 60, paused: 60, started: 0 })

  await send(world, act(own, { $case: 'start', value: {} }))
  expect(await counted()).toMatchObject({ started: 60, paused: 0, queued: 60 })
  await send(world, act(own, { $case: 'setFrequency', value: { frequency: 'every 3 hours' } }))
  const intervals = async () => (await schedulesIn(world)).map(({ intervalMs }) => intervalMs / HOUR_MS)
  expect((await intervals()).toSorted()).toEqual([1, ...Array(60).fill(3)])
  await send(world, act(own, { $case: 'setFrequency', value: { frequency: '' } }))
  expect(await intervals()).toEqual(Array(61).fill(1))
  expect(refusal(await send(world, act(own, { $case: 'setFrequency', value: { frequency: 'often' } })))).toBe(
    'invalid_frequency',
  )
})

test('lists and counts of a whole scheduler: search, sort, pages', async () => {
  const connections = Array.from({ length: 12 }, (_, i) => `c${10 + i}`)
  await using world = await prepared({ syncs: ['issues', 'pulls'], connections })
  await using scheduler = await world.scheduler()
  await made(world, 24)
  const search = async (fields: object) => {
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const page = await scheduler.schedules.searchSchedules({
        ...{ environment: 'dev', filter: {}, limit: 5, cursor, ...fields },
      })
      found.push(...page.schedules.map(({ connectionId, sync }) => `${connectionId}/${sync}`))
      cursor = page.nextCursor
      if (cursor === '') return { found, total: page.total }
    }
  }
  const inOrder = connections.flatMap((name) => [`${name}/issues`, `${name}/pulls`])
  expect(await search({})).toEqual({ found: inOrder, total: 24 })
  expect(await search({ sort: 'SCHEDULE_SORT_PLACE', descending: true })).toEqual({
    ...{ found: inOrder.toReversed(), total: 24 },
  })
  expect(await search({ filter: { q: 'C1' } })).toMatchObject({ total: 20 })
  expect(await search({ filter: { q: 'PULL', runStates: ['RUN_STATE_QUEUED'] } })).toMatchObject({
    total: 12,
  })
  const instance = await world.instance()
  const [taken] = await instance.runs.takeRuns(RUNNER, 1, 0)
  await instance.runs.endAttempt(taken?.run ?? '', {
    ...{ attempt: 1, outcome: 'FAILED', error: 'no', counts: [], lastLines: [], heldBack: false },
    ...{ hasBegun: true, resumeAt: 0, maxThrottledMs: 0, handBack: '', version: '' },
  })
  const failures = await search({ sort: 'SCHEDULE_SORT_FAILURES', descending: true })
  expect(failures.found[0]).toBe(`${taken?.connection}/${taken?.sync}`)
  // What is new is there at once.
  await world.connect('c99')
  await eventually(async () => expect(await search({ filter: { q: 'c99' } })).toMatchObject({ total: 2 }))
})

test('a checkpoint is set in the order of commands, and refused while a run is running', async () => {
  await using world = await prepared({ syncs: ['issues'], connections: ['one'] })
  await using _scheduler = await world.scheduler()
  const set = (checkpoint: string) =>
    send(world, { $case: 'setCheckpoint', value: { ...ONE, sync: BASE, checkpoint } })
  const kept = async () => (await schedulesIn(world))[0]?.checkpoint
  expect(await set('{"at":1}')).toMatchObject({ $case: 'done' })
  expect(await kept()).toBe('{"at":1}')
  // The run that waits begins with it.
  const instance = await world.instance()
  const [taken] = await instance.runs.takeRuns(RUNNER, 1, 0)
  expect(taken?.checkpoint).toBe('{"at":1}')
  expect(refusal(await set('{"at":2}'))).toBe('in_use')
  expect(refusal(await set(''))).toBe('in_use')
  expect(await kept()).toBe('{"at":1}')
  await send(world, { $case: 'cancel', value: { target: { ...ONE, syncs: [] } } })
  expect(await set('')).toMatchObject({ $case: 'done' })
  expect(await kept()).toBe('')
  const wrong = { ...ONE, sync: { name: 'issues', variant: 'x' }, checkpoint: '' }
  expect(refusal(await send(world, { $case: 'setCheckpoint', value: wrong }))).toBe('unknown_sync')
})
