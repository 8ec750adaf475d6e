import { expect, test } from 'vitest'
import { nextSlot } from '../src/schedules/slots.ts'
import { create, end, RUNNER, scheduleOf, take } from './steps.ts'
import { HOUR_MS, openWorld } from './world.ts'

/** What Lua and TypeScript both do has to come out the same. */

test.for([1000, 30_000, 7 * 60_000, HOUR_MS, 31 * 24 * HOUR_MS, 86_028_121])(
  'slots of %d ms are the same in scripts and in TypeScript',
  async (ms) => {
    await using world = await openWorld()
    const instance = await world.instance()
    for (const uid of ['a', 'b', 'c', 'd']) {
      const id = await create(instance, { uid, sync: `every-${ms}`, fields: { interval_ms: ms } })
      const first = nextSlot(id, { kind: 'every', ms }, world.clock.now)
      expect(await scheduleOf(instance, id)).toMatchObject({ nextAt: first })
      world.clock.now = first + 5 * ms + 1
      await instance.ticker.tick()
      expect(await scheduleOf(instance, id)).toMatchObject({ nextAt: first + 6 * ms })
    }
  },
)

test.for([
  { outcome: 'SUCCESS' as const },
  { outcome: 'SUCCESS' as const, heldBack: true, error: 'deletions of "Issue" were held back' },
  { outcome: 'FAILED' as const, error: 'it said "no"\n\u2028 / \\ é', lastLines: ['error "no"', 'info é'] },
  {
    outcome: 'OUT_OF_MEMORY' as const,
    counts: [{ model: 'A "model"', added: 1, updated: 0, deleted: 2 ** 40 }],
  },
])('a run that ended is read as it was: %o', async (ending) => {
  await using world = await openWorld()
  const instance = await world.instance()
  const id = await create(instance)
  world.clock.advance(1234)
  const taken = await take(instance, id)
  const active = await instance.runs.active(taken.run)
  const finishedAt = world.clock.advance(56_789)
  expect(await end(instance, taken, ending)).toBe('')
  const [ended] = await instance.runs.ended(id, 1)
  expect(ended).toEqual({
    ...active,
    ...ending,
    state: 'ENDED',
    lane: '',
    queuedAt: 0,
    takenAt: 0,
    finishedAt,
  })
  expect(ended).toMatchObject({
    runner: RUNNER.id,
    sandbox: 'oswall',
    attempt: 1,
    startedAt: taken.startedAt,
  })
})
