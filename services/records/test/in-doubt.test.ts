import { batchOf, encodeRecord } from '@syncline/record'
import { createLog } from '@syncline/service'
import { eventually, servers } from '@syncline/testkit'
import { brief, instantOf } from '@syncline/testkit/records'
import { expect, test } from 'vitest'
import { shardEvents } from '../src/events.ts'
import { stateKey } from '../src/stream/identity.ts'
import { LEASE_MS, Lease } from '../src/stream/lease.ts'
import { Leases } from '../src/stream/leases.ts'
import { sql, startRecords, stream } from './harness.ts'
import { isCommit, statementProxy } from './statement-proxy.ts'

const PATIENCE_MS = 1000

/** Two instances on one stream. The inserts of the first one go through a proxy that holds them. */
async function twoInstances({ hangUp = false } = {}) {
  await using open = new AsyncDisposableStack()
  const held = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const hold = (query: string) => {
    if (!isCommit(query)) return undefined
    reached.resolve()
    return held.promise
  }
  const hangsUp = (query: string) => hangUp && isCommit(query)
  const proxy = open.use(await statementProxy(servers().clickhouse.url, { hold, hangsUp }))
  open.defer(() => held.resolve())
  const slow = open.use(await startRecords(undefined, { clickhouse: proxy.url }))
  const other = open.use(await startRecords(slow.at))
  const issues = stream(slow.records)
  const redis = open.use(slow.redis())
  const owned = open.move()
  return {
    issues,
    elsewhere: stream(other.records, issues.stream),
    insertIsUnderWay: reached.promise,
    letInsertsGo: () => held.resolve(),
    /** Of the log, as the tables have them. */
    rows: () => sql(other, 'SELECT count() FROM record_log'),
    /** Saves through the other instance, for as long as its caller is patient. */
    impatient: () => {
      const batch = batchOf([encodeRecord({ id: 'other' })])
      const request = {
        stream: issues.stream,
        writer: issues.writer,
        mode: 'SAVE_MODE_REPLACE' as const,
        batch,
      }
      return other.records.save(request, { signal: AbortSignal.timeout(PATIENCE_MS) })
    },
    async lease(changes: { [field: string]: string | number } = {}) {
      const key = stateKey(slow.at, issues.stream)
      if (Object.keys(changes).length > 0) await redis.client.hset(key, changes)
      return redis.client.hgetall(key)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('nobody else gets a stream while its insert is under way, and what is saved after it sorts after it', async () => {
  await using two = await twoInstances()
  const saving = two.issues.save([{ id: 'z' }])
  await two.insertIsUnderWay
  await expect(two.impatient()).rejects.toThrow()
  two.letInsertsGo()
  expect(await saving).toMatchObject({ added: 1 })
  expect(await two.elsewhere.save([{ id: 'a' }])).toMatchObject({ added: 1 })
  const { records } = await two.issues.list()
  expect(brief(records)).toEqual(['z ADDED', 'a ADDED'])
  expect(instantOf(records[1])).toBeGreaterThan(instantOf(records[0]))
})

test('a save that failed keeps the stream from others as long as its insert may still be under way', async () => {
  await using two = await twoInstances({ hangUp: true })
  await expect(two.issues.save([{ id: 'a' }])).rejects.toMatchObject({ code: 'unavailable' })
  await expect(two.impatient()).rejects.toThrow()

  two.letInsertsGo()
  await eventually(async () => expect(await two.rows()).toBe('1'))
  await two.lease({ held_until: Date.now() - 1 }) // it runs out
  expect(await two.elsewhere.save([{ id: 'a' }, { id: 'b' }])).toMatchObject({ added: 1, unchanged: 1 })
  expect(await two.elsewhere.count()).toMatchObject({ live: 2 })
})

test('an instance that lost its lease does not give back that of another', async () => {
  await using two = await twoInstances()
  const saving = two.issues.save([{ id: 'a' }])
  await two.insertIsUnderWay
  await two.lease({ holder: 'another', held_until: Date.now() + 60_000 })
  two.letInsertsGo()
  await Promise.allSettled([saving])
  expect(await two.lease()).toMatchObject({ holder: 'another' })
})

test('a lease is not made longer when another instance has it', async () => {
  await using store = await startRecords()
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  await using redis = store.redis()
  const events = shardEvents(createLog('records', 'fatal'), 1)
  const claim = await new Leases(redis.client, store.at, events).claim(issues.stream, [])
  if (claim.kind !== 'granted') throw new Error(`the claim is ${claim.kind}`)
  // Its time is almost over, by its own clock.
  const grant = { token: 'not the holder', endsAt: Date.now() + LEASE_MS, claimedAt: () => LEASE_MS }
  const lost = new Lease(redis.client, store.at, claim.snapshot, grant, events)
  await expect(lost.ensure()).rejects.toMatchObject({ code: 'unavailable' })
})
