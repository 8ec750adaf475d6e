import { expect, test } from 'vitest'
import { fenceOf, numberOf } from '../src/schedules/run.ts'
import { CleaningStore } from '../src/store/cleaning-store.ts'
import { openStores } from './stores.ts'

test('a schedule whose records are still being removed is not made again before that is done', async () => {
  await using world = await openStores()
  const def = await world.define()
  const [id = ''] = await world.create(def, 1)
  for (const run of await world.take()) await world.end(run)
  expect(await world.schedules.remove([id], { reason: 'gone', kept: [], isSwept: false })).toMatchObject({
    removed: [id],
    toClean: [id],
  })
  const row = { id, connection: 'c0', uid: 'uid-c0', blocked: '' }
  const create = () => world.schedules.create(def, [row], { variant: 'base', paused: false, times: [] })
  expect(await create()).toEqual(['cleaning'])
  expect(await world.take()).toEqual([])
  await new CleaningStore(world.state).finish('dev', [id])
  expect(await create()).toEqual(['created'])
})

test('a schedule that is removed and made again within a tenth of a second keeps counting its runs', async () => {
  await using world = await openStores()
  const def = await world.define()
  const [id = ''] = await world.create(def, 1)
  const [first = expect.fail()] = await world.take()
  await world.schedules.remove([id], { reason: 'gone', kept: [], isSwept: false })
  const [cleaning = expect.fail()] = await new CleaningStore(world.state).find('dev', [id])
  await new CleaningStore(world.state).finish('dev', [id])
  await world.create(def, 1)
  const [second = expect.fail()] = await world.take()
  expect(numberOf(second.run)).toBeGreaterThan(numberOf(first.run))
  // The record store takes no fence that is lower than the one of the cleaning.
  expect(fenceOf(numberOf(second.run), second.attempt)).toBeGreaterThan(fenceOf(cleaning.number, 0))
  // And the first attempt may do nothing in its name.
  expect(await world.end(first)).toMatchObject({ ignored: 'the run has ended' })
})

test('what is known of a runner that dies before its first heartbeat is not kept for good', async () => {
  await using world = await openStores()
  await world.take()
  expect(await world.redis.pttl(world.state.key(`runner:${world.runner.id}`))).toBeGreaterThan(0)
})
