import { randomUUID } from 'node:crypto'
import { startRedis } from '@syncline/embedded'
import { createLog } from '@syncline/service'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { shardEvents } from '../src/events.ts'
import type { CommitResult } from '../src/stream/commit-result.ts'
import { LEASE_MS } from '../src/stream/lease.ts'
import { Leases } from '../src/stream/leases.ts'
import { type Records, startRecords, stream } from './harness.ts'
import { startKillable } from './killable-process.ts'

const quiet = shardEvents(createLog('records', 'fatal'), 1)

/** The state of a stream in Redis. */
async function stateOf(store: Records, issues: ReturnType<typeof stream>) {
  const redis = store.redis()
  const [key = ''] = await redis.client.keys(
    `${store.at}:{dev}:records:${issues.stream.connection}/Issue/base`,
  )
  return { ...redis, key }
}

/** Claims its lease as another instance would. */
async function claimed(store: Records, issues: ReturnType<typeof stream>) {
  const redis = store.redis()
  const claim = await new Leases(redis.client, store.at, quiet).claim(issues.stream, [])
  if (claim.kind !== 'granted') throw new Error(`the claim is ${claim.kind}`)
  return { ...redis, ...claim }
}

test('what a holder wrote after its lease was lost is counted by the next one', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  await using late = await claimed(store, issues)
  await using state = await stateOf(store, issues)
  await state.client.hset(state.key, 'held_until', Date.now() - 1)
  expect(await issues.save([{ id: 'b' }])).toMatchObject({ added: 1 })
  // It comes back, believes that it has added five records, and is told that the lease is not its own.
  await late.lease.release({ kind: 'committed', sizeDelta: { live: 5, bytes: 50 }, unchangedIds: [] })
  expect(await state.client.hget(state.key, 'in_doubt')).toBe(String(late.snapshot.instant))
  expect(await issues.count()).toMatchObject({ live: 2 })
  expect(await issues.save([{ id: 'c' }])).toMatchObject({ added: 1 })
  expect(await state.client.hget(state.key, 'in_doubt')).toBeNull()
  expect(await issues.count()).toMatchObject({ live: 3 })
})

test('a holder that died just before the clock of Redis was set back keeps the lease no longer than any other', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  await using _dead = await claimed(store, issues)
  await using state = await stateOf(store, issues)
  await state.client.hincrby(state.key, 'held_until', 3_600_000)
  const claim = await new Leases(state.client, store.at, quiet).claim(issues.stream, [])
  if (claim.kind !== 'busy') throw new Error(`the claim is ${claim.kind}`)
  expect(claim.freeInMs).toBeLessThanOrEqual(LEASE_MS)
  expect(claim.freeInMs).toBeGreaterThan(LEASE_MS - 5000)
})

test.each<CommitResult>([
  { kind: 'unchanged', unchangedIds: ['a'] },
  { kind: 'unchanged', window: 1 },
  { kind: 'emptied', generation: 1 },
])('of what only a release writes down, a lost lease is an error: %o', async (result) => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  await using late = await claimed(store, issues)
  await using state = await stateOf(store, issues)
  await state.client.hset(state.key, 'holder', 'another')
  await expect(late.lease.release(result)).rejects.toMatchObject({ code: 'unavailable' })
  expect(await issues.count()).toMatchObject({ live: 1 })
})

test('a lease is made longer only for its holder', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  await using one = await claimed(store, issues)
  const endsAt = one.lease.endsAt
  expect(endsAt).toBeGreaterThan(Date.now() + 40_000)
  await one.lease.ensure() // long enough
  expect(one.lease.endsAt).toBe(endsAt)
})

test('a busy lease is asked for now and then, and that writes once', async () => {
  await using redis = await startKillable(startRedis)
  await using store = await startRecords(undefined, { redis: redis.url })
  const waiting = Array.from({ length: 20 }, () => stream(store.records))
  await Promise.all(waiting.map((each) => each.save([{ id: 'a' }])))
  await using state = store.redis()
  const keys = await state.client.keys(`${store.at}:{dev}:records:*/Issue/base`)
  const hold = (until: number) =>
    Promise.all(keys.map((key) => state.client.hset(key, { holder: 'another', held_until: until })))
  await hold(Date.now() + 60_000)
  const saves = waiting.map((each) => each.save([{ id: 'b' }]))
  await eventually(async () => {
    for (const key of keys) expect(await state.client.hget(key, 'wanted')).toBe('1')
  })
  const before = await load(state.client)
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const after = await load(state.client)
  expect((after.claims - before.claims) / keys.length).toBeLessThan(50)
  // Background jobs write a little, too.
  expect(after.written - before.written).toBeLessThan(10_000)
  await hold(Date.now() - 1)
  for (const saved of await Promise.all(saves)) expect(saved).toMatchObject({ added: 1 })
})

async function load(client: ReturnType<Records['redis']>['client']) {
  const info = await client.info('everything')
  const number = (pattern: RegExp) => Number(pattern.exec(info)?.[1] ?? 0)
  return {
    claims: number(/cmdstat_evalsha:calls=(\d+)/),
    written: number(/aof_current_size:(\d+)/),
  }
}

test('a fault of a script is a fault, and no outage', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  await using state = await stateOf(store, issues)
  await state.client.set(state.key, 'no hash')
  await expect(issues.save([{ id: 'b' }])).rejects.toMatchObject({ code: 'server_error' })
})

test('the state of a stream that is not used expires, and comes back from the tables', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.begin()
  await issues.save([{ id: 'a' }, { id: 'b' }])
  await using state = await stateOf(store, issues)
  expect(await state.client.ttl(state.key)).toBeGreaterThan(30 * 24 * 3600)
  await state.client.del(state.key)
  expect(await issues.count()).toMatchObject({ live: 2 })
  expect(await state.client.ttl(state.key)).toBeGreaterThan(30 * 24 * 3600)
  expect(await issues.save([{ id: 'a' }, { id: randomUUID() }])).toMatchObject({ added: 1, unchanged: 1 })
})
