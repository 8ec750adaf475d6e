import { randomUUID } from 'node:crypto'
import { batchOf, encodeRecord } from '@syncline/record'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ListedRecord, type Records, sql, startRecords, stream } from './harness.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords()
})
afterAll(() => store[Symbol.asyncDispose]())
const fresh = () => stream(store.records)
const fresher = (count: number) => Array.from({ length: count }, fresh)
const records = (count: number, from = 0, n = 0) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${from + i}`, n }))

/** Each insert makes a part, merges make others. */
const inserts = async () =>
  Number(
    await sql(
      store,
      "SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = 'record_log' AND level = 0",
    ),
  )

test('saves of many streams at once take few inserts, and each caller gets the counts of its own', async () => {
  const streams = fresher(60)
  await Promise.all(streams.map((each) => each.begin()))
  const before = await inserts()
  const first = await Promise.all(streams.map((each, i) => each.save(records(i + 1))))
  expect(first.map(({ added }) => added)).toEqual(streams.map((_, i) => i + 1))
  expect((await inserts()) - before).toBeLessThan(15)

  const second = await Promise.all(
    streams.map((each, i) => each.save([...records(1, 0, 1), ...records(i, 1), ...records(3, 1000)])),
  )
  expect(second.map(({ added, updated, unchanged }) => [added, updated, unchanged])).toEqual(
    streams.map((_, i) => [3, 1, i]),
  )
  const counts = await Promise.all(streams.map((each) => each.count()))
  expect(counts.map((size) => size?.live)).toEqual(streams.map((_, i) => i + 4))
})

test('merges and deletes of many streams at once take few inserts, too', async () => {
  const streams = fresher(60)
  await Promise.all(streams.map((each) => each.save(records(10))))
  const before = await inserts()
  const merged = await Promise.all(
    streams.map((each) => each.merge([{ id: 'r1', m: 1 }, { id: 'r2', n: 0 }, { id: 'none' }])),
  )
  for (const counts of merged) expect(counts).toMatchObject({ added: 0, updated: 1, unchanged: 1 })
  const deleted = await Promise.all(streams.map((each) => each.delete(['r1', 'r3', 'none'])))
  for (const counts of deleted) expect(counts).toMatchObject({ deleted: 2 })
  expect((await inserts()) - before).toBeLessThan(15)
  for (const each of streams) {
    expect(await each.count()).toMatchObject({ live: 8 })
    const [r1] = (await each.list({ ids: ['r1'] })).records
    expect(r1).toMatchObject({ n: 0, m: 1, _nango_metadata: { last_action: 'DELETED' } })
  }
})

test('changes of every kind of one stream in one commit build on each other', async () => {
  const issues = fresh()
  await issues.save([{ id: 'old', n: 0 }])
  // The first one is a commit of its own; what comes meanwhile shares the next one.
  const [, ...ends] = await Promise.all([
    fresh().save(records(2000)),
    issues.save([
      { id: 'new', n: 1 },
      { id: 'old', n: 1 },
    ]),
    issues.merge([
      { id: 'new', m: 2 },
      { id: 'old', m: 2 },
    ]),
    issues.delete(['new']),
    issues.merge([
      { id: 'new', m: 3 },
      { id: 'old', m: 3 },
    ]),
    issues.save([{ id: 'new', n: 4 }]),
    issues.delete(['old', 'new']),
    issues.delete(['old']),
  ])
  expect(ends.map(({ added, updated, deleted }) => [added, updated, deleted])).toEqual([
    [1, 1, 0],
    [0, 2, 0],
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, 2],
    [0, 0, 0],
  ])
  expect(await issues.count()).toMatchObject({ live: 0 })
  const all = await issues.all()
  expect(all.map(({ id, n, m }) => [id, n, m]).toSorted()).toEqual([
    ['new', 4, undefined],
    ['old', 1, 3],
  ])
})

test('saves of one stream come to pass in the order in which they arrive', async () => {
  const issues = fresh()
  const saves = Array.from({ length: 30 }, (_, n) => issues.save([{ id: 'same', n }, { id: `own ${n}` }]))
  const counts = await Promise.all(saves)
  expect(counts[0]).toMatchObject({ added: 2, updated: 0 })
  for (const later of counts.slice(1)) expect(later).toMatchObject({ added: 1, updated: 1 })
  expect((await issues.list({ ids: ['same'] })).records).toMatchObject([{ n: 29 }])
  expect(await issues.all()).toHaveLength(31)
  expect(await issues.count()).toMatchObject({ live: 31 })
})

test('a save of more than a commit takes, among others, is taken whole', async () => {
  const [large, ...small] = fresher(5)
  const saves = await Promise.all([
    ...small.map((each) => each.save(records(10))),
    large?.save(records(25_000)),
    ...small.map((each) => each.save(records(10, 10))),
  ])
  expect(saves.map((saved) => saved?.added)).toEqual([10, 10, 10, 10, 25_000, 10, 10, 10, 10])
})

test('where always more waits than a commit takes, each save builds on the one before', async () => {
  const streams = fresher(12)
  const before = await inserts()
  await Promise.all(
    streams.map(async (each) => {
      expect(await each.save(records(1000))).toMatchObject({ added: 1000 })
      for (const n of [1, 2, 3]) {
        expect(await each.save(records(1000, 500 * n, n))).toMatchObject({ added: 500, updated: 500 })
      }
    }),
  )
  expect((await inserts()) - before).toBeLessThan(30)
  for (const each of streams) {
    expect(await each.count()).toMatchObject({ live: 2500 })
    const all = await each.all(1000)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(all.map(({ n }) => n)).toEqual(all.map(({ n }) => n).toSorted())
  }
})

test('a fenced save fails alone, also among others of its stream', async () => {
  const streams = fresher(10)
  for (const each of streams) await each.begin()
  const fenced = streams[4] ?? fresh()
  const old = fenced.writer
  await fenced.begin({ again: true })
  const ends = await Promise.allSettled([
    ...streams.map((each) => each.save(records(5))),
    fenced.save(records(5, 100), old),
    fenced.save(records(5, 200)),
  ])
  expect(ends.map(({ status }) => status)).toEqual([...Array(10).fill('fulfilled'), 'rejected', 'fulfilled'])
  expect(ends[10]).toMatchObject({ reason: { code: 'fenced' } })
  expect(await fenced.count()).toMatchObject({ live: 10 })
})

test('a save that the tables refuse fails alone', async () => {
  await using own = await startRecords()
  const streams = Array.from({ length: 8 }, () => stream(own.records))
  for (const each of streams) await each.begin()
  await sql(own, "ALTER TABLE record_log ADD CONSTRAINT none_is_bad CHECK id != 'bad'")
  const ends = await Promise.allSettled(
    streams.map((each, i) => each.save([...records(3), ...(i === 5 ? [{ id: 'bad' }] : [])])),
  )
  expect(ends).toMatchObject(
    streams.map((_, i) =>
      i === 5
        ? { status: 'rejected', reason: { code: 'server_error' } }
        : { status: 'fulfilled', value: { added: 3 } },
    ),
  )
  for (const [i, each] of streams.entries()) {
    expect(await each.count()).toMatchObject({ live: i === 5 ? 0 : 3 })
    expect(await each.save(records(3))).toMatchObject({ added: i === 5 ? 3 : 0 })
  }
})

test('a stream that another instance holds delays no other stream, and a save that gives up on it has saved nothing', async () => {
  const [held, ...others] = fresher(4)
  await held?.begin()
  await using redis = store.redis()
  const [key = ''] = await redis.client.keys(`${store.at}:{dev}:records:${held?.stream.connection}/*`)
  await redis.client.hset(key, { holder: 'another', held_until: Date.now() + 60_000 })

  const patience = new AbortController()
  const impatient = store.records.save(
    {
      stream: held?.stream,
      writer: held?.writer,
      mode: 'SAVE_MODE_REPLACE',
      batch: batchOf([encodeRecord({ id: 'given up' })]),
    },
    { signal: patience.signal },
  )
  const refused = expect(impatient).rejects.toThrow()
  const patient = held?.save([{ id: 'waits' }])
  for (const each of others) expect(await each.save(records(2))).toMatchObject({ added: 2 })
  patience.abort()
  await refused
  await redis.client.hdel(key, 'holder', 'held_until')
  expect(await patient).toMatchObject({ added: 1 })
  expect((await held?.all())?.map(({ id }) => id)).toEqual(['waits'])
})

test('many streams, two instances, many writers: a reader of each follows its cursor and misses nothing', async () => {
  await using other = await startRecords(store.at)
  const streams = fresher(6)
  let writing = true
  const written = Promise.all(
    streams.flatMap((each) =>
      [store, other, store, other].map(async ({ records }, w) => {
        const writer = stream(records, each.stream)
        for (let n = 0; n < 8; n++) {
          // Ids that sort against the order of writing, and one that all of them change.
          const own = Array.from({ length: 5 }, (_, i) => ({ id: `${99 - n}-${i}-${w}` }))
          await writer.save([...own, { id: 'shared', by: `${w} ${n} ${randomUUID()}` }])
        }
      }),
    ),
  ).finally(() => {
    writing = false
  })
  const read = async ({ list }: (typeof streams)[number]) => {
    const seen: ListedRecord[] = []
    for (let cursor = ''; ; ) {
      const last = !writing
      const page = await list({ cursor, limit: 7 })
      seen.push(...page.records)
      cursor = page.records.at(-1)?._nango_metadata.cursor ?? cursor
      if (last && page.records.length === 0) return seen
    }
  }
  const seen = await Promise.all(streams.map(read))
  await written
  for (const [i, each] of streams.entries()) {
    const own = (seen[i] ?? []).filter(({ id }) => id !== 'shared')
    expect(own).toHaveLength(160)
    expect(new Set(own.map(({ id }) => id)).size).toBe(160)
    const cursors = seen[i]?.map(({ _nango_metadata }) => _nango_metadata.last_modified_at)
    expect(cursors).toEqual(cursors?.toSorted())
    expect((await each.list({ ids: ['shared'] })).records[0]).toEqual(
      seen[i]?.findLast(({ id }) => id === 'shared'),
    )
  }
})

test('where a commit fails as a whole, all its callers hear of it, and can save again', async () => {
  const streams = fresher(5)
  for (const each of streams) await each.begin()
  await sql(store, 'RENAME TABLE record_log TO record_log_away')
  const ends = await Promise.allSettled(streams.map((each) => each.save(records(2))))
  expect(ends.map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
  await sql(store, 'RENAME TABLE record_log_away TO record_log')
  await eventually(async () => {
    for (const each of streams) await each.save(records(2))
  })
  for (const each of streams) expect(await each.count()).toMatchObject({ live: 2 })
})

test('where the head of a restored record is refused, the other streams of its commit are counted, and hold each record once', async () => {
  const [busy, pruned, other] = [fresh(), fresh(), fresh()]
  for (const each of [busy, pruned, other]) await each.begin()
  await pruned.save(records(1))
  await pruned.prune((await pruned.list()).records[0]?._nango_metadata.cursor ?? '')
  await sql(store, 'ALTER TABLE record_head ADD CONSTRAINT closed CHECK false')
  // The first one is a commit of its own, and the others are the next one.
  const ends = await Promise.allSettled([
    busy.save(records(2000)),
    pruned.save(records(1)),
    other.save(records(2)),
  ])
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  await sql(store, 'ALTER TABLE record_head DROP CONSTRAINT closed')
  for (const each of [pruned, other]) await eventually(() => each.save(records(2)))
  for (const each of [pruned, other]) {
    expect(await each.count()).toMatchObject({ live: 2 })
    expect((await each.all()).map(({ id }) => id)).toHaveLength(2)
  }
})
