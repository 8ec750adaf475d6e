import { expect, test } from 'vitest'
import { type Records, startRecords, stream } from './harness.ts'

const MIB = 1024 * 1024
const text = 'x'.repeat(MIB)

/** Nobody can write to the streams, as another instance holds their leases. */
async function hold(store: Records, environment: string, until: number) {
  await using redis = store.redis()
  for (const key of await redis.client.keys(`${store.at}:{${environment}}:records:*`))
    await redis.client.hset(key, { holder: 'another', held_until: until })
}

test('saves, merges and deletes that wait are bounded, and a tenant that floods the store leaves room for others', async () => {
  await using store = await startRecords(undefined, { env: { RECORDS_WRITE_MAX_BYTES: String(16 * MIB) } })
  const [flooding, quiet] = ['flood', 'quiet'].map((environment) => stream(store.records, { environment }))
  if (!flooding || !quiet) throw new Error('two streams')
  await flooding.save([{ id: 'a' }])
  await hold(store, 'flood', Date.now() + 60_000)
  const calls = [
    ...Array.from({ length: 20 }, (_, n) => flooding.save([{ id: `s${n}`, text }])),
    ...Array.from({ length: 20 }, () => flooding.merge([{ id: 'a', text }])),
  ]
  const ends = Promise.allSettled(calls)
  const firstRefusal = new Promise((resolve) => {
    for (const call of calls) call.catch(resolve)
  })
  expect(await firstRefusal).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^the write queue is full: environment flood holds \d+ MiB of 16 MiB/),
  })
  expect(
    await quiet.save([
      { id: 'b', text },
      { id: 'c', text },
    ]),
  ).toMatchObject({ added: 2 })
  await hold(store, 'flood', 1)
  const refused = (await ends).filter(({ status }) => status === 'rejected')
  expect(refused.length).toBeGreaterThan(25)
  expect(refused.length).toBeLessThan(36)
  // Their room is free again.
  expect(await flooding.save([{ id: 'later', text }])).toMatchObject({ added: 1 })
})
