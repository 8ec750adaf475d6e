import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startClickHouse, startRedis } from '@syncline/embedded'
import { script } from '@syncline/redis'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type ListedRecord, startRecords, stream } from './harness.ts'
import { startKillable } from './killable-process.ts'

const claim = script(new URL('../src/stream/scripts/claim.lua', import.meta.url))
/** Root may on Linux, unless it is in a container that forbids it. */
const canMount = process.platform === 'linux' && spawnSync('unshare', ['--mount', 'true']).status === 0

/** A file system of its own. */
async function smallDisk(size: string) {
  await using open = new AsyncDisposableStack()
  const { path } = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-disk-')))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'syncline', path])
  open.defer(() => void execFileSync('umount', [path]))
  const owned = open.move()
  return {
    path,
    resize: (size: string) => execFileSync('mount', ['-o', `remount,size=${size}`, path]),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** How many records came with each instant. */
const commitSizes = (records: ListedRecord[]) => [
  ...Map.groupBy(records, (record) => record._nango_metadata.last_modified_at)
    .values()
    .map(({ length }) => length),
]

/** Pages, look-ups by id, counts and saves know the same of a stream, and each record once. */
async function expectAgreement(issues: ReturnType<typeof stream>) {
  const records = await issues.all(500)
  const ids = records.map(({ id }) => String(id))
  expect(new Set(ids).size).toBe(ids.length)
  const found: ListedRecord[] = []
  for (let at = 0; at < ids.length; at += 500) {
    found.push(...(await issues.list({ ids: ids.slice(at, at + 500), limit: 500 })).records)
  }
  expect(found.map(cursorOf)).toEqual(records.map(cursorOf))

  const whole = records.filter((record) => record._nango_metadata.pruned_at === null)
  const live = records.filter((record) => record._nango_metadata.deleted_at === null)
  const bytes = whole.reduce((sum, record) => sum + Buffer.byteLength(JSON.stringify(payloadOf(record))), 0)
  expect(await issues.count()).toEqual({ live: live.length, bytes })
  const again = whole.filter((record) => live.includes(record)).map(payloadOf)
  expect(await issues.save(again)).toMatchObject({ added: 0, updated: 0, unchanged: again.length })
}

type Calls = ReturnType<typeof stream>

/** Cursors are in base64: decoded they sort as what they stand for. */
const positionOf = (cursor: string) => Buffer.from(cursor, 'base64').toString()
const cursorOf = (record: ListedRecord) => record._nango_metadata.cursor
const payloadOf = ({ _nango_metadata, ...payload }: ListedRecord) => payload

test.skipIf(!canMount)(
  'a full disk: saves are refused and say why, readers see whole commits, and all is well when there is room (needs the right to mount)',
  async () => {
    await using disk = await smallDisk('20m')
    await using clickhouse = await startKillable(startClickHouse, join(disk.path, 'data'))
    await using store = await startRecords(undefined, { clickhouse: clickhouse.url })
    const streams = Array.from({ length: 3 }, () => stream(store.records))
    // What does not compress.
    const text = () => randomBytes(6000).toString('base64')
    const batch = () => Array.from({ length: 100 }, (_, i) => ({ id: `r${i}`, text: text() }))
    const refusal = { code: 'unavailable', message: expect.stringMatching(/^ClickHouse's disk is full: /) }

    const [first] = streams as [(typeof streams)[number]]
    await expect(
      (async () => {
        for (;;) await first.save(Array.from({ length: 100 }, () => ({ id: randomUUID(), text: text() })))
      })(),
    ).rejects.toMatchObject(refusal)
    const batches = streams.map(batch)
    const save = () => Promise.allSettled(streams.map((each, i) => each.save(batches[i] ?? [])))
    expect(await save()).toMatchObject(streams.map(() => ({ status: 'rejected', reason: refusal })))
    for (const size of commitSizes(await first.all(1000))) expect(size).toBe(100)

    disk.resize('100m')
    expect(await save()).toMatchObject(streams.map(() => ({ status: 'fulfilled', value: { added: 100 } })))
    expect(await save()).toMatchObject(
      streams.map(() => ({ status: 'fulfilled', value: { unchanged: 100 } })),
    )
    for (const size of commitSizes(await first.all(1000))) expect(size).toBe(100)
    for (const each of streams) await expectAgreement(each)
  },
  120_000,
)

test('Redis killed again and again in the middle of commits of two instances: nothing is lost, nothing is there twice', async () => {
  await using redis = await startKillable(startRedis)
  await using store = await startRecords(undefined, { redis: redis.url })
  await using other = await startRecords(store.at, { redis: redis.url })
  const streams = Array.from({ length: 6 }, () => stream(store.records))
  const until = { timeoutMs: 100_000 }
  const writing = streams.flatMap((each) =>
    [store, other].map(async ({ records }, w) => {
      const writer = stream(records, each.stream)
      for (let n = 0; n < 10; n++) {
        const own = Array.from({ length: 20 }, (_, i) => ({ id: `${w}-${n}-${i}` }))
        await eventually(() => writer.save([...own, { id: 'shared', n, w }]), until)
        if (n % 5 === 4) await eventually(() => writer.delete([`${w}-${n}-0`]), until)
      }
    }),
  )
  const live = async () =>
    (await Promise.all(streams.map((each) => each.count()))).reduce((sum, size) => sum + (size?.live ?? 0), 0)
  for (const some of [300, 900, 1500]) {
    await eventually(async () => expect(await live()).toBeGreaterThan(some), until)
    await redis.kill()
    await redis.start()
  }
  await Promise.all(writing)
  expect(await live()).toBe(6 * (2 * 10 * 20 + 1 - 2 * 2))
  for (const each of streams) {
    expect(await each.all(1000)).toHaveLength(401)
  }
  for (const each of streams) await expectAgreement(each)
}, 180_000)

test('a claim that is repeated, because Redis died before it answered, is granted again', async () => {
  await using store = await startRecords()
  await using redis = store.redis()
  const key = `${store.at}:asked-twice`
  await redis.client.hset(key, { generation: 0, last: 0, commit: 0, live: 0 })
  const answer = async (token: string) => [await claim(redis.client, [key], [token, 60_000, 3600])].flat()[0]
  expect(await answer('mine')).toBe('granted')
  expect(await answer('another')).toBe('busy')
  expect(await answer('mine')).toBe('granted')
})

test('three instances, each writing to the same streams in its own way, leave what all of them have done', async () => {
  await using store = await startRecords()
  await using second = await startRecords(store.at)
  await using third = await startRecords(store.at)
  const streams = Array.from({ length: 2 }, () => stream(store.records))
  const prunedUpTo = await Promise.all(
    streams.map(async ({ stream: same }) => {
      const [a, b, c] = [store, second, third].map(({ records }) => stream(records, same)) as [
        Calls,
        Calls,
        Calls,
      ]
      const ids = Array.from({ length: 100 }, (_, i) => `r${i}`)
      await a.save(ids.map((id) => ({ id })))
      // Whatever the saves have done when it reads the page: it may prune all of them, or none.
      const prune = async () => {
        const until = (await a.list()).records.at(-1)?._nango_metadata.cursor ?? ''
        await c.prune(until)
        return until
      }
      const [until] = await Promise.all([
        prune(),
        ...[0, 1, 2, 3].map((n) => a.save(ids.slice(0, 50).map((id) => ({ id, n })))),
        ...ids.slice(0, 10).map((id) => b.merge([{ id, b: true }])),
        ...ids.slice(50, 60).map((id) => c.delete([id])),
        ...[0, 1, 2, 3].map((n) => c.save([{ id: `new ${n}` }])),
      ])
      return until
    }),
  )
  // Only the first instance writes these.
  const lastOfA = new Set<string | number>(Array.from({ length: 40 }, (_, i) => `r${10 + i}`))
  for (const [i, each] of streams.entries()) {
    expect(await each.count()).toMatchObject({ live: 94 })
    const records = await each.all(13)
    expect(records).toHaveLength(104)
    expect(records.filter((record) => record._nango_metadata.deleted_at !== null)).toHaveLength(10)
    for (const record of records) {
      const { cursor, pruned_at, deleted_at } = record._nango_metadata
      // A deleted record has moved on, and its payload may have been pruned before.
      if (deleted_at === null || pruned_at === null)
        expect(pruned_at !== null).toBe(positionOf(cursor) <= positionOf(prunedUpTo[i] ?? ''))
    }
    const saved = records.filter(({ id, _nango_metadata }) => lastOfA.has(id) && !_nango_metadata.pruned_at)
    for (const record of saved) expect(record).toMatchObject({ n: 3 })
  }
  for (const each of streams) await expectAgreement(each)
})
