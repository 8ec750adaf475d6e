import type { LockOwner } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { LockStore } from '../src/store/lock-store.ts'
import { create, end, type Instance, LEASE_MS, RUNNER, take } from './steps.ts'
import { ENVIRONMENT, openWorld, type World } from './world.ts'

const TTL = 60_000

/** An instance with locks, and attempts of so many schedules. */
async function begin(world: World, count = 2) {
  const instance = await world.instance()
  const owners: LockOwner[] = []
  for (let i = 0; i < count; i++) {
    const id = await create(instance, { uid: `uid-${i}` })
    owners.push(ownerOf(await take(instance, id)))
  }
  return { instance, locks: new LockStore(instance.state), owners: owners as [LockOwner, LockOwner] }
}

const ownerOf = ({ run: id, attempt }: { run: string; attempt: number }): LockOwner => ({
  ...{ environment: ENVIRONMENT, id, attempt, isAction: false },
})
const anAction = (environment = ENVIRONMENT): LockOwner => ({
  ...{ environment, id: crypto.randomUUID(), attempt: 1, isAction: true },
})
const scheduleOf = (run: string) => run.slice(0, run.lastIndexOf('-'))
const acquired = { kind: 'acquired' }
const held = { kind: 'held' }

async function isFree(locks: LockStore, key: string) {
  const other = anAction()
  const answer = await locks.acquire(other, key, 1000)
  await locks.release(other, '')
  return answer.kind === 'acquired'
}

test.concurrent('a lock has one owner at a time; who has it gets it again; another key or environment is another lock', async () => {
  await using world = await openWorld()
  const { locks, owners } = await begin(world)
  const [one, other] = owners
  expect(await locks.acquire(one, 'token', TTL)).toEqual(acquired)
  expect(await locks.acquire(other, 'token', TTL)).toEqual(held)
  expect(await locks.acquire(one, 'token', TTL)).toEqual(acquired)
  expect(await locks.acquire(other, 'other', TTL)).toEqual(acquired)
  expect(await locks.acquire(anAction(), 'token', TTL)).toEqual(held)
  expect(await locks.acquire(anAction('prod'), 'token', TTL)).toEqual(acquired)
  expect(await locks.release(other, 'token')).toBe(0)
  expect(await locks.release(one, 'token')).toBe(1)
  expect(await locks.release(one, 'token')).toBe(0)
  expect(await locks.acquire(other, 'token', TTL)).toEqual(acquired)
  expect(await locks.release(other, '')).toBe(2)
  expect(await isFree(locks, 'token')).toBe(true)
})

test.concurrent('two schedulers: of many owners that ask at once one gets the lock', async () => {
  await using world = await openWorld()
  const stores = [await world.instance(), await world.instance()].map(({ state }) => new LockStore(state))
  for (let round = 0; round < 10; round++) {
    const asked = Array.from({ length: 20 }, (_, i) => stores[i % 2]?.acquire(anAction(), `k${round}`, TTL))
    const kinds = (await Promise.all(asked)).map((answer) => answer?.kind)
    expect(kinds.filter((kind) => kind === 'acquired')).toHaveLength(1)
  }
})

test.concurrent('a lock ends with its time to live; asking again begins a new one', async () => {
  await using world = await openWorld()
  const { locks, owners } = await begin(world)
  const [one, other] = owners
  await locks.acquire(one, 'short', 50)
  await locks.acquire(one, 'renewed', 50)
  await locks.acquire(one, 'renewed', TTL)
  await eventually(async () => expect(await locks.acquire(other, 'short', TTL)).toEqual(acquired))
  expect(await locks.release(one, 'short')).toBe(0)
  expect(await locks.acquire(other, 'renewed', TTL)).toEqual(held)
})

const ends: [string, (world: World, instance: Instance, owner: LockOwner) => Promise<unknown>][] = [
  ['that succeeds', (_, instance, { id, attempt }) => end(instance, { run: id, attempt })],
  [
    'that fails',
    (_, instance, { id, attempt }) => end(instance, { run: id, attempt }, { outcome: 'FAILED', error: 'no' }),
  ],
  [
    'that is throttled',
    (world, instance, { id: run, attempt }) =>
      end(instance, { run, attempt }, { outcome: 'THROTTLED', resumeAt: world.clock.now + 60_000 }),
  ],
  [
    'that is handed back',
    (_, instance, { id: run, attempt }) =>
      end(instance, { run, attempt }, { outcome: 'HANDED_BACK', handBack: 'draining' }),
  ],
  [
    'that is cancelled',
    (_, { schedules }, { id }) =>
      schedules.cancel(ENVIRONMENT, [scheduleOf(id)], { command: 'c', reason: 'by hand' }),
  ],
  [
    'whose schedule is removed',
    (_, { schedules }, { id }) =>
      schedules.remove([scheduleOf(id)], { reason: 'gone', kept: [], isSwept: false }),
  ],
  [
    'whose runner was killed, once its lease has ended',
    async (world, instance) => {
      world.clock.advance(LEASE_MS + 1000)
      await instance.runs.expire(100, 0)
    },
  ],
  [
    'that its runner does not know',
    async (world, instance) => {
      world.clock.advance(11_000)
      await instance.runs.heartbeat(RUNNER, [])
    },
  ],
]

test.concurrent.each(ends)(
  'the locks of an attempt %s are free, and those of others stay',
  async (_, finish) => {
    await using world = await openWorld()
    const { instance, locks, owners } = await begin(world, 1)
    const [one] = owners
    const action = anAction()
    await locks.acquire(one, 'a', TTL)
    await locks.acquire(one, 'b', TTL)
    await locks.acquire(action, 'c', TTL)
    await finish(world, instance, one)
    expect(await isFree(locks, 'a')).toBe(true)
    expect(await isFree(locks, 'b')).toBe(true)
    expect(await isFree(locks, 'c')).toBe(false)
    expect(await locks.acquire(one, 'a', TTL)).toMatchObject({ kind: 'ended' })
    expect(await world.problems()).toEqual([])
  },
)

test.concurrent('an attempt that was superseded takes no lock, and frees none of the next one', async () => {
  await using world = await openWorld()
  const instance = await world.instance()
  const locks = new LockStore(instance.state)
  const id = await create(instance)
  const first = ownerOf(await take(instance, id))
  await locks.acquire(first, 'token', TTL)
  world.clock.advance(LEASE_MS + 1000)
  await instance.runs.expire(100, 0)
  const second = ownerOf(await take(instance, id))
  expect(second).toEqual({ ...first, attempt: 2 })
  expect(await locks.acquire(second, 'token', TTL)).toEqual(acquired)
  expect(await locks.release(first, 'token')).toBe(0)
  expect(await locks.release(first, '')).toBe(0)
  expect(await locks.acquire(first, 'token', TTL)).toMatchObject({ kind: 'ended' })
  expect(await isFree(locks, 'token')).toBe(false)
})

test.concurrent('an owner has 100 locks at most; those that have ended do not count', async () => {
  await using world = await openWorld()
  const locks = new LockStore((await world.instance()).state)
  const action = anAction()
  await locks.acquire(action, 'short', 50)
  for (let i = 1; i < 100; i++) expect(await locks.acquire(action, `k${i}`, TTL)).toEqual(acquired)
  expect(await locks.acquire(action, 'k1', TTL)).toEqual(acquired)
  await eventually(async () => expect(await locks.acquire(action, 'k100', TTL)).toEqual(acquired))
  expect(await locks.acquire(action, 'k101', TTL)).toEqual({ kind: 'full', most: 100 })
})

test.concurrent('over the wire: an attempt that has ended is fenced, and nothing is left in Redis when all is released', async () => {
  await using world = await openWorld()
  await using scheduler = await world.scheduler()
  const { instance, owners } = await begin(world, 1)
  const [owner] = owners
  expect(await scheduler.locks.tryAcquire({ owner, key: 'k', ttlMs: TTL })).toEqual({ acquired: true })
  expect(await scheduler.locks.release({ owner, key: 'k' })).toEqual({ released: true })
  await scheduler.locks.tryAcquire({ owner, key: 'k', ttlMs: TTL })
  expect(await scheduler.locks.releaseAll({ owner })).toEqual({ released: 1 })
  expect(await world.redis.keys(world.key('lock*'))).toEqual([])
  await end(instance, { run: owner.id, attempt: owner.attempt })
  const refused = scheduler.locks.tryAcquire({ owner, key: 'k', ttlMs: TTL })
  await expect(refused).rejects.toMatchObject({ code: 'fenced' })
})
