import { expect, test } from 'vitest'
import { triggerAll } from './steps.ts'
import { openStores } from './stores.ts'

test.for([
  { hasBegun: false, what: 'before it began' },
  { hasBegun: true, what: 'after it began' },
])(
  'a reset whose run fails $what: the next run empties the streams only if none has',
  async ({ hasBegun }) => {
    await using world = await openStores()
    const [id = ''] = await world.create(await world.define(), 1, { paused: true })
    await triggerAll(world.schedules, [id], 'command-1', { reset: true, emptyCache: true })
    const [first = expect.fail()] = await world.take()
    expect(first.emptyCache).toBe(true)
    await world.end(first, 'FAILED', { error: 'its credentials can not be read', hasBegun })
    await triggerAll(world.schedules, [id], 'command-2')
    expect(await world.take()).toMatchObject([{ emptyCache: !hasBegun }])
  },
)
