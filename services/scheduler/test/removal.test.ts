import { expect, test } from 'vitest'
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
