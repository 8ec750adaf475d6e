import { expect, test } from 'vitest'
import { RunStore } from '../src/store/run-store.ts'
import { openStores, type Stores } from './stores.ts'

/** Ends what was taken, and takes again, until nothing is left; returns how many runs there were. */
async function workOff(world: Stores): Promise<number> {
  let count = 0
  for (let taken = await world.take(); taken.length > 0; taken = await world.take()) {
    count += taken.length
    await Promise.all(taken.map((one) => world.end(one)))
  }
  return count
}

test('a sync whose runs end at the same time gets as many others', async () => {
  await using world = await openStores()
  const def = await world.define('issues', { max_runs: 2 })
  await world.create(def, 7)
  expect(await workOff(world)).toBe(7)
})

test('an environment that was full goes on after all schedulers got a higher limit', async () => {
  await using world = await openStores({ maxRuns: 2 })
  const def = await world.define()
  await world.create(def, 7)
  const taken = await world.take()
  expect(taken).toHaveLength(2)
  expect(await world.take()).toEqual([])
  const raised = world.withLimits({ maxRuns: 100 })
  const runs = new RunStore(raised)
  for (const { run, attempt } of taken) {
    await runs.endAttempt(run, {
      ...{
        attempt,
        outcome: 'SUCCESS',
        error: '',
        counts: [],
        lastLines: [],
        heldBack: false,
        hasBegun: true,
      },
      ...{ resumeAt: 0, maxThrottledMs: 0, handBack: '', version: '' },
    })
  }
  expect(await runs.takeRuns(world.runner, 100, 0)).toHaveLength(5)
})
