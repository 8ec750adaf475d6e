import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createWorld, type World } from './world.ts'

/** One world for all tests of a file; its stand-ins begin each test as they were made. */
export function sharedWorld(): World {
  const world = {} as World // filled before the first test
  beforeAll(async () => {
    Object.assign(world, await createWorld())
  })
  afterAll(() => world[Symbol.asyncDispose]?.())
  beforeEach(() => {
    const { standIns } = world
    standIns.calls.length = 0
    standIns.records.clear()
    standIns.onSave = () => {}
    standIns.locks.held.clear()
    standIns.locks.onCall = () => {}
    standIns.scheduler.onCall = () => {}
    standIns.records.pageMax = 10_000
  })
  return world
}

export const things = (count: number) => Array.from({ length: count }, (_, i) => ({ id: String(i) }))
