import { wholePage } from '@syncline/record'
import { SeededRandom } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type Json, type Records, startRecords, stream } from './harness.ts'

const IDS = 400

type Calls = ReturnType<typeof stream>
type Reader = { limit: number; cursor: string }

/** Two services on the same tables: one keeps pages, and one reads each page from the database. */
async function startBoth() {
  const open = new AsyncDisposableStack()
  const cached = open.use(await startRecords())
  const direct = open.use(await startRecords(cached.at, { env: { RECORDS_READ_AHEAD_BYTES: '0' } }))
  return { cached, direct, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

async function page({ records }: Records, { stream: of }: Calls, { limit, cursor }: Reader) {
  const { records: text, nextCursor } = await wholePage(records.listRecords({ stream: of, limit, cursor }))
  return { text: text.toString(), nextCursor }
}

/** Saves, deletes or prunes some records. */
function change(calls: Calls, random: SeededRandom, version: number): Promise<unknown> {
  const ids = Array.from({ length: 1 + random.below(20) }, () => `r${random.below(IDS)}`)
  const kind = random.next()
  if (kind < 0.6) return calls.save(ids.map((id): Json => ({ id, version })))
  if (kind < 0.8) return calls.delete(ids)
  return calls
    .list({ limit: 50 })
    .then(({ records }) => calls.prune(records.at(-1)?._nango_metadata.cursor ?? '', 10))
}

const { seed } = new SeededRandom(process.env.SEED)

test('a page as an answer is the same page as an array, whichever was read first', async () => {
  await using store = await startRecords()
  const calls = stream(store.records)
  await calls.save(Array.from({ length: 100 }, (_, i) => ({ id: `r${i}` })))
  let cursor = ''
  do {
    const request = { stream: calls.stream, limit: 10, cursor }
    const ask = (asAnswer: boolean) => wholePage(store.records.listRecords({ ...request, asAnswer }))
    const [array, answer] = [await ask(false), await ask(true)]
    expect(JSON.parse(answer.records.toString())).toEqual({
      records: JSON.parse(array.records.toString()),
      next_cursor: array.nextCursor || null,
    })
    cursor = array.nextCursor
  } while (cursor !== '')
})

test(`every page is the one that a direct read gives, whatever is written between (SEED=${seed})`, async () => {
  await using stores = await startBoth()
  const random = new SeededRandom(seed)
  const calls = stream(stores.cached.records)
  await calls.save(Array.from({ length: IDS }, (_, i) => ({ id: `r${i}`, version: 0 })))
  const readers: Reader[] = [10, 10, 10, 25].map((limit) => ({ limit, cursor: '' }))
  for (let step = 1; step <= 60; step++) {
    if (random.next() < 0.3) await change(calls, random, step)
    for (const reader of readers) {
      const found = await page(stores.cached, calls, reader)
      expect(found).toEqual(await page(stores.direct, calls, reader))
      reader.cursor = found.nextCursor
    }
  }
})

test(`so is every page that is read while others write (SEED=${seed})`, async () => {
  await using stores = await startBoth()
  const random = new SeededRandom(seed)
  const calls = stream(stores.cached.records)
  await calls.save(Array.from({ length: IDS }, (_, i) => ({ id: `r${i}`, version: 0 })))
  let writing = true
  const writer = async () => {
    for (let step = 1; step <= 30; step++) {
      await change(calls, random, step)
      // Readers get a few pages between two changes.
      for (let pages = 0; pages < 3; pages++) await page(stores.direct, calls, { limit: 5, cursor: '' })
    }
    writing = false
  }
  let compared = 0
  const follow = async (limit: number) => {
    for (let cursor = ''; writing; ) {
      const before = await page(stores.direct, calls, { limit, cursor })
      const found = await page(stores.cached, calls, { limit, cursor })
      const after = await page(stores.direct, calls, { limit, cursor })
      // No instant comes twice: a page that is the same before and after was the same between.
      if (before.text === after.text && before.nextCursor === after.nextCursor) {
        expect(found).toEqual(after)
        compared++
      }
      cursor = found.nextCursor
    }
  }
  await Promise.all([writer(), follow(10), follow(10), follow(25)])
  expect(compared).toBeGreaterThan(20)
})

test('a payload that expires while its page is kept is gone from the page', async () => {
  let now = Date.now()
  await using store = await startRecords(undefined, { clock: () => now })
  const calls = stream(store.records)
  await calls.save(Array.from({ length: 100 }, (_, i) => ({ id: `r${i}`, version: 0 })))
  const first = await calls.list({ limit: 10 })
  await calls.list({ limit: 10, cursor: first.cursor })
  const kept = await calls.list({ limit: 10, cursor: first.cursor })
  expect(kept.records[0]).toHaveProperty('version')
  now += 31 * 24 * 3600 * 1000
  const expired = await calls.list({ limit: 10, cursor: first.cursor })
  expect(expired.records[0]).not.toHaveProperty('version')
})
