import { expect, test } from 'vitest'
import { runsCursor } from '../src/api/runs-cursor.ts'
import type { RunsFilter } from '../src/store/views.ts'
import { triggerAll } from './steps.ts'
import { MINUTE, openStores, type Stores } from './stores.ts'

const ALL: RunsFilter = { integration: '', sync: '' }

/** All pages, as `state connection` of each run, and how many there were. */
async function list({ views }: Stores, filter: RunsFilter = ALL, { limit = 7, looks = 2000 } = {}) {
  const found = []
  let position = runsCursor.first as Parameters<typeof views.runs>[2] | undefined
  let pages = 0
  for (; position; pages++) {
    const page = await views.runs('dev', filter, runsCursor.decode(runsCursor.encode(position)), {
      limit,
      looks,
    })
    expect(page.runs.length).toBeLessThanOrEqual(limit)
    found.push(...page.runs)
    position = page.next
    if (pages > 500) throw new Error('the list does not end')
  }
  return {
    found,
    pages,
    told: found.map(({ run, connection }) => `${run.outcome || run.state} ${connection}`),
  }
}

test('runs of an environment: those that wait and run, then those that ended, newest first', async () => {
  await using world = await openStores()
  const def = await world.define()
  await world.create(def, 2)
  const [first, second] = await world.take()
  world.clock.now += MINUTE
  await world.end(first as never, 'FAILED', { error: 'no' })
  world.clock.now += MINUTE
  await world.end(second as never)
  const names = [first, second].map((run) => run?.connection)
  await world.create(def, 1, { from: 2 })
  world.clock.now += MINUTE
  await world.create(def, 1, { from: 3 })
  const [running] = await world.take(1)
  await world.create(await world.define('issues', {}, 'prod'), 1, { from: 9 })

  const active = running?.connection === 'c3' ? ['RUNNING c3', 'QUEUED c2'] : ['QUEUED c3', 'RUNNING c2']
  const { found, told } = await list(world)
  expect(told).toEqual([...active, `SUCCESS ${names[1]}`, `FAILED ${names[0]}`])
  expect(found.at(-1)).toMatchObject({
    run: {
      state: 'ENDED',
      error: 'no',
      finishedAt: 1_800_000_000_000 + MINUTE,
      startedAt: 1_800_000_000_000,
    },
    integration: 'github',
    sync: 'issues',
    variant: 'base',
  })
  expect((await list(world, { ...ALL, states: ['QUEUED'] })).told).toHaveLength(1)
  expect((await list(world, { ...ALL, states: ['ENDED'] })).told).toHaveLength(2)
  expect((await list(world, { ...ALL, outcomes: ['FAILED'] })).told).toEqual([`FAILED ${names[0]}`])
  expect((await list(world, { ...ALL, integration: 'gitlab' })).told).toEqual([])
  const own = { ...ALL, schedules: [first?.run.split('-')[0] ?? ''] }
  expect((await list(world, own)).told).toEqual([`FAILED ${names[0]}`])
})

test('from and to: runs by their end, and before that by when they were requested', async () => {
  await using world = await openStores()
  // Redis orders what has ended by its own clock.
  const begin = Date.now()
  world.clock.now = begin
  const def = await world.define()
  await world.create(def, 3)
  const [first, second] = await world.take(2)
  world.clock.now = begin + 100
  await world.end(first as never, 'FAILED', { error: 'no' })
  world.clock.now = begin + 200
  await world.end(second as never)
  const within = async (from: number, to: number) =>
    (await list(world, { ...ALL, from: from && begin + from, to: to && begin + to })).told.map(
      (text) => text.split(' ')[0],
    )
  expect(await within(0, 0)).toEqual(['QUEUED', 'SUCCESS', 'FAILED'])
  expect(await within(1, 0)).toEqual(['SUCCESS', 'FAILED'])
  expect(await within(100, 200)).toEqual(['FAILED'])
  expect(await within(200, 0)).toEqual(['SUCCESS'])
  expect(await within(0, 1)).toEqual(['QUEUED'])
  expect(await within(0, -1)).toEqual([])
  expect(await within(-60_000, 60_000)).toEqual(['QUEUED', 'SUCCESS', 'FAILED'])
  expect(await within(60_000, 120_000)).toEqual([])
})

test('pages hold each run once, also of many that were requested at the same time', async () => {
  await using world = await openStores({ maxRuns: 1000 })
  await world.create(await world.define(), 950)
  const { told, pages } = await list(world, ALL, { limit: 100 })
  expect(new Set(told).size).toBe(950)
  expect(told).toHaveLength(950)
  expect(pages).toBeLessThanOrEqual(11)
  for (const run of await world.take(900)) await world.end(run)
  const after = await list(world, ALL, { limit: 100 })
  expect(new Set(after.told).size).toBe(950)
  expect(after.told).toHaveLength(950)
  expect(after.told.findIndex((text) => text.startsWith('SUCCESS'))).toBe(50)
})

test('a page goes on behind a run that has ended since, and looks at so many runs only', async () => {
  await using world = await openStores()
  await world.create(await world.define(), 30)
  const page = await world.views.runs('dev', ALL, runsCursor.first, { limit: 10, looks: 100 })
  for (const run of await world.take()) await world.end(run)
  const next = await world.views.runs('dev', ALL, page.next as never, { limit: 100, looks: 100 })
  expect(next.runs.every(({ run }) => run.state === 'ENDED')).toBe(true)
  expect(next.runs).toHaveLength(30)

  const none = { ...ALL, outcomes: ['LOST' as const] }
  expect(await list(world, none, { limit: 10, looks: 5 })).toMatchObject({ told: [], pages: 7 })
})

test.each([
  '',
  'x',
  'W10',
  Buffer.from('["a","+"]').toString('base64url'),
  Buffer.from('["","1"]').toString('base64url'),
])("'%s' is no cursor of runs", (cursor) => {
  expect(() => runsCursor.decode(cursor)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }))
})

test('a run of which its schedule keeps nothing any more is still in the list of its environment', async () => {
  await using world = await openStores({ historyRuns: 2 })
  const [id = ''] = await world.create(await world.define(), 1)
  for (let i = 0; i < 4; i++) {
    for (const run of await world.take()) await world.end(run)
    world.clock.now += MINUTE
    await triggerAll(world.schedules, [id], `command-${i}`)
  }
  const { found } = await list(world)
  expect(found.map(({ run }) => [run.outcome, run.cause])).toEqual([
    ['', 'trigger'],
    ['SUCCESS', 'trigger'],
    ['SUCCESS', 'trigger'],
    ['SUCCESS', 'schedule'],
    ['SUCCESS', 'schedule'],
  ])
  expect(found.map(({ run }) => run.finishedAt).slice(1)).toEqual(
    [...found.map(({ run }) => run.finishedAt).slice(1)].sort().reverse(),
  )
  expect((await world.views.runsOf(id)).map(({ state }) => state)).toEqual(['QUEUED', 'ENDED', 'ENDED'])
})

test('capacity tells limits, what they hold, and the runners that were heard of', async () => {
  await using world = await openStores()
  await world.create(await world.define('issues', { max_runs: 3 }), 5)
  await world.schedules.setLimit({ environment: 'dev', integration: 'github', maxRuns: 20, weight: 2 })
  const taken = await world.take(4)
  expect(taken).toHaveLength(3)
  const names = { integrations: ['github', 'unused'], syncs: ['github/issues', 'github/never'] }
  const capacity = await world.views.capacity('dev', names)
  expect(capacity).toEqual({
    environment: { name: 'dev', max: 200, running: 3, waiting: 2, weight: 1 },
    integrations: [
      { name: 'github', max: 20, running: 3, waiting: 2, weight: 2 },
      { name: 'unused', max: 0, running: 0, waiting: 0, weight: 1 },
    ],
    syncs: [{ name: 'github/issues', max: 3, running: 3, waiting: 2, weight: 1 }],
    runners: [
      {
        id: world.runner.id,
        sandbox: 'oswall',
        slots: 1000,
        reservedSlots: 0,
        busy: 3,
        seenAt: world.clock.now,
      },
    ],
    lanes: { triggered: 0, first: 2, fresh: 0 },
  })
  world.clock.now += MINUTE
  expect((await world.views.capacity('dev', names)).runners).toEqual([])
})

test('slots that became no run have their reasons, newest first', async () => {
  await using world = await openStores()
  const [id = ''] = await world.create(await world.define(), 1)
  await world.take()
  world.clock.now += 3 * 60 * MINUTE
  await world.tick()
  world.clock.now += 60 * MINUTE
  await world.tick()
  const skipped = await world.views.skippedSlots(id)
  expect(skipped.map(({ reason, count }) => [reason, count])).toEqual([
    ['backfilling', 2],
    ['scheduler_down', 2],
  ])
  const view = (await world.views.schedules([id])).get(id)
  expect(view?.schedule.skipped).toBe(4)
})

test('a run is cancelled in its own environment, and one that is not known there is told', async () => {
  await using world = await openStores()
  const [id = ''] = await world.create(await world.define(), 1)
  const [run] = await world.take()
  const cancel = (environment: string, which: string) =>
    world.schedules.cancel(environment, [id], { run: which, reason: 'no', command: Math.random().toString() })
  expect(await cancel('prod', run?.run ?? '')).toMatchObject({ cancelled: 0, isKnown: false })
  expect(await cancel('dev', `${id}-1`)).toMatchObject({ cancelled: 0, isKnown: false })
  expect(await cancel('dev', run?.run ?? '')).toMatchObject({ cancelled: 1, isKnown: true })
  expect(await cancel('dev', run?.run ?? '')).toMatchObject({ cancelled: 0, isKnown: true })
})
