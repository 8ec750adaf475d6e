import { expect, test } from 'vitest'
import { startRecords, stream } from './harness.ts'

test('1 500 streams that a dead instance left in doubt are recovered together, and none loses its lease', async () => {
  await using store = await startRecords()
  const connection = { connection: 'many' }
  const streams = Array.from({ length: 1500 }, (_, n) =>
    stream(store.records, { ...connection, model: `M${n}` }),
  )
  await Promise.all(streams.map((each) => each.save([{ id: 'a' }, { id: 'b' }])))
  await using redis = store.redis()
  const keys = await redis.client.keys(`${store.at}:{dev}:records:many/*`)
  expect(keys).toHaveLength(1500)
  await Promise.all(
    keys.map(async (key) => {
      const last = await redis.client.hget(key, 'last')
      // As if Redis had not heard of the commit's end: nothing was counted, and the lease has run out.
      await redis.client.hset(key, { in_doubt: last, live: 0, bytes: 0, holder: 'dead', held_until: 1 })
    }),
  )
  const saved = await Promise.all(streams.map((each) => each.save([{ id: 'b' }, { id: 'c' }])))
  for (const counts of saved) expect(counts).toMatchObject({ added: 1, unchanged: 1 })
  const sizes = await store.records.countRecords({ streams: streams.map(({ stream }) => stream) })
  for (const { live } of sizes.sizes) expect(live).toBe(3)
  // Those that Redis has lost are counted in the tables.
  await redis.client.del(keys[0] ?? '')
  const again = await store.records.countRecords({ streams: streams.map(({ stream }) => stream) })
  // The instant of the last change of such a stream is 1 ms later.
  const counts = ({ live, bytes }: (typeof sizes.sizes)[number]) => ({ live, bytes })
  expect(again.sizes.map(counts)).toEqual(sizes.sizes.map(counts))
})
