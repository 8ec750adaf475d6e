import { randomUUID } from 'node:crypto'
import { startClickHouse } from '@syncline/embedded'
import { eventually, namespace, servers } from '@syncline/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newPlace } from '../src/stream/stream-places.ts'
import { brief, type Records, sql, startRecords, stream } from './harness.ts'
import { startKillable } from './killable-process.ts'

let second: Awaited<ReturnType<typeof startKillable>>
let both: string
let store: Records
beforeAll(async () => {
  second = await startKillable(startClickHouse)
  both = `${servers().clickhouse.url},${second.url}`
  store = await startRecords(undefined, { clickhouse: both })
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
})

const SHARDS = [0, 1] as const
type Place = (typeof SHARDS)[number]
const on = (place: Place, statement: string, of: Pick<Records, 'config'> = store) => sql(of, statement, place)
const lines = (answer: string) => answer.split('\n').filter((line) => line !== '')

/** A stream of its own that is created on one of the shards. */
function streamOn(place: Place, records = store.records): ReturnType<typeof stream> {
  const one = stream(records)
  return newPlace(one.stream, ['1', '2']) === place + 1 ? one : streamOn(place, records)
}

describe('streams', () => {
  test('spread over all shards, and everything of one is on its shard', async () => {
    const streams = Array.from({ length: 24 }, () => stream(store.records, { environment: 'spread' }))
    await Promise.all(
      streams.map(async (each) => {
        await each.begin()
        await each.save([{ id: 'a', n: 1 }, { id: 'b' }])
        await each.save([{ id: 'a', n: 2 }, { id: 'b' }])
        await each.empty()
        await each.save([{ id: 'a', n: 3 }])
      }),
    )
    const [here, there] = await Promise.all(
      SHARDS.map(async (place) =>
        lines(await on(place, "SELECT DISTINCT connection FROM streams WHERE environment = 'spread'")),
      ),
    )
    expect([here?.length, there?.length]).not.toContain(0)
    expect([...(here ?? []), ...(there ?? [])].sort()).toEqual(
      streams.map(({ stream }) => stream.connection).sort(),
    )
    for (const place of SHARDS) {
      const own = lines(await on(place, 'SELECT DISTINCT stream FROM streams'))
      // History is in streams beside, whose names differ in one bit.
      const found = await on(place, 'SELECT DISTINCT stream FROM record_log WHERE ended_at = 0')
      for (const name of lines(found)) expect(own).toContain(name)
    }
  })

  test.each(SHARDS)('live on shard %d as they do on a single server', async (place) => {
    const issues = streamOn(place)
    await issues.begin()
    await issues.save([{ id: 'a', n: 1 }, { id: 'b', n: 1 }, { id: 'c' }])
    await issues.merge([{ id: 'b', m: 1 }])
    const page = await issues.list({ limit: 2 })
    expect(brief(page.records)).toEqual(['a ADDED', 'c ADDED'])
    expect((await issues.list({ limit: 2, cursor: page.cursor })).records).toMatchObject([
      { id: 'b', n: 1, m: 1 },
    ])
    expect(await issues.count()).toMatchObject({ live: 3 })

    await issues.begin()
    await issues.trackDeletes()
    await issues.save([
      { id: 'a', n: 2 },
      { id: 'b', n: 1, m: 1 },
    ])
    expect(await issues.endTrackingDeletes(true)).toMatchObject({ deleted: 1 })
    expect(brief(await issues.all(1))).toEqual(['b UPDATED', 'a UPDATED', 'c DELETED'])
    const before = Date.parse(page.records[1]?._nango_metadata.last_modified_at ?? '')
    expect(brief((await issues.versions('a')).records)).toEqual(['a UPDATED', 'a ADDED'])
    expect((await issues.list({ asOfMs: before })).records).toMatchObject([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
      { id: 'c' },
    ])

    const end = (await issues.all()).at(-1)?._nango_metadata.cursor ?? ''
    expect(await issues.prune(end)).toMatchObject({ count: 3 })
    expect(await issues.count()).toEqual({ live: 2, bytes: 0 })
    await issues.empty()
    expect(await issues.all()).toEqual([])
    expect(await issues.save([{ id: 'a' }])).toMatchObject({ added: 1 })
    expect(
      await on(place, `SELECT count() > 0 FROM streams WHERE connection = '${issues.stream.connection}'`),
    ).toBe('1')
  })

  test('of all shards go into one call, and come back in its order', async () => {
    const streams = [1, 0, 0, 1].map((place) => streamOn(place as Place))
    const list = streams.map(({ stream }) => stream)
    const writer = { runId: randomUUID(), sync: 'issues', fence: 65_538 }
    expect(await store.records.begin({ writer, streams: list, empty: false })).toEqual({ counts: [] })
    for (const [i, each] of streams.entries()) {
      await each.save(
        Array.from({ length: i + 1 }, (_, n) => ({ id: `r${n}` })),
        writer,
      )
    }
    const live = async () =>
      (await store.records.countRecords({ streams: list })).sizes.map(({ live }) => live)
    expect(await live()).toEqual([1, 2, 3, 4])
    const again = { writer: { ...writer, fence: 65_539 }, streams: list, empty: false }
    expect((await store.records.begin(again)).counts.map(({ added }) => added)).toEqual([1, 2, 3, 4])
    await store.records.emptyStreams({ streams: list })
    expect(await live()).toEqual([0, 0, 0, 0])
  })

  test('a run has its log on one shard, and runs spread', async () => {
    const runs = Array.from({ length: 24 }, () => randomUUID())
    const line = (message: string) => ({ atMs: Date.now(), level: 'LOG_LEVEL_INFO' as const, message })
    await store.records.appendLogs({
      runs: runs.map((runId) => ({ environment: 'dev', runId, attempt: 1, first: 0, lines: [line(runId)] })),
    })
    for (const runId of runs) {
      const log = await store.records.listLogs({ environment: 'dev', runId, limit: 0 })
      expect(log.lines.map(({ message }) => message)).toEqual([runId])
    }
    for (const place of SHARDS) {
      const found = Number(await on(place, 'SELECT uniqExact(run_id) FROM run_log'))
      expect(found).toBeGreaterThan(0)
      expect(found).toBeLessThan(runs.length)
    }
  })
})

describe('a shard that is killed', () => {
  test('stops its own streams only, and they go on when it is back, with nothing lost', async () => {
    const alive = streamOn(0)
    const dead = streamOn(1)
    const rows = (n: number) => Array.from({ length: 1000 }, (_, i) => ({ id: `${n}-${i}` }))
    for (const each of [alive, dead]) await each.save(rows(0))
    const until = { timeoutMs: 60_000 }
    const writing = [1, 2, 3, 4].map((n) => eventually(() => dead.save(rows(n)), until))
    await second.kill()

    // So much that most of it waits, at the door too: it would fill the room of all shards, if that were one.
    let answered = 0
    const refused = Array.from({ length: 60 }, (_, n) =>
      expect(dead.save(rows(10 + n)).finally(() => answered++)).rejects.toMatchObject({
        code: 'unavailable',
      }),
    )
    for (const n of [1, 2, 3]) expect(await alive.save(rows(n))).toMatchObject({ added: 1000 })
    expect(answered).toBeLessThan(30)
    expect(await alive.all(1000)).toHaveLength(4000)
    await Promise.all(refused)
    await expect(dead.list()).rejects.toMatchObject({ code: 'unavailable' })
    const runs = streamOn(1)
    await expect(runs.begin()).rejects.toMatchObject({ code: 'unavailable' })
    expect(await store.service.health()).toEqual({
      'clickhouse 1': 'ok',
      'clickhouse 2': expect.stringMatching(/^ClickHouse does not answer/),
      redis: 'ok',
    })

    await second.start()
    await Promise.all(writing)
    const records = await eventually(() => dead.all(1000), until)
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
    for (const n of [0, 1, 2, 3, 4]) expect(await dead.save(rows(n))).toMatchObject({ unchanged: 1000 })
    expect(await dead.count()).toMatchObject({ live: records.length })
    expect(await store.service.health()).toMatchObject({ 'clickhouse 2': 'ok' })
    await runs.begin()
  })
})

test('two shards under load, one killed and back: the other one goes on, and nothing is lost or doubled', async () => {
  await using other = await startRecords(store.at, { clickhouse: both })
  const until = { timeoutMs: 90_000, everyMs: 200 }
  const streams = SHARDS.flatMap((place) => [0, 1, 2].map(() => loadedBy(streamOn(place), place)))
  function loadedBy(issues: ReturnType<typeof stream>, place: Place) {
    const through = [issues, stream(other.records, issues.stream)]
    return { issues, through, saved: new Map<string, number>(), longestMs: 0, place }
  }
  const stop = new AbortController()
  const writing = streams.map(async (each, writer) => {
    for (let n = 1; !stop.signal.aborted; n++) {
      const values = [{ id: 'same', n }, ...Array.from({ length: 20 }, (_, i) => ({ id: `${n}-${i}`, n }))]
      const since = performance.now()
      await eventually(() => each.through[(n + writer) % 2]?.save(values), until)
      each.longestMs = Math.max(each.longestMs, performance.now() - since)
      for (const { id } of values) each.saved.set(id, n)
    }
  })
  const counts = (place: Place) =>
    streams.filter((each) => each.place === place).map(({ saved }) => saved.size)
  const grows = async (place: Place) => {
    const before = counts(place)
    await eventually(() => {
      for (const [i, count] of counts(place).entries()) expect(count).toBeGreaterThan(before[i] ?? 0)
    }, until)
  }
  try {
    await Promise.all(SHARDS.map(grows))
    await second.kill()
    for (let round = 0; round < 5; round++) await grows(0)
    await second.start()
    await Promise.all(SHARDS.map(grows))
  } finally {
    stop.abort()
  }
  await Promise.all(writing)
  for (const { issues, saved } of streams) {
    const all = await eventually(() => issues.all(1000), until)
    expect(all).toHaveLength(saved.size)
    for (const { id, n } of all) expect(n).toBe(saved.get(String(id)))
    expect(await issues.count()).toMatchObject({ live: saved.size })
  }
}, 240_000)

describe('a shard that is added', () => {
  test('leaves old streams and run logs where they are, and gets its share of new ones', async () => {
    const [first = ''] = both.split(',')
    const at = namespace()
    const runs = Array.from({ length: 12 }, () => randomUUID())
    const line = (message: string) => ({ atMs: Date.now(), level: 'LOG_LEVEL_INFO' as const, message })
    const streamsOf = async (records: Records, place: Place) =>
      lines(await on(place, 'SELECT DISTINCT connection FROM streams WHERE here', records))
    const old: ReturnType<typeof stream>[] = []
    {
      await using alone = await startRecords(at, { clickhouse: first })
      old.push(...Array.from({ length: 12 }, () => stream(alone.records)))
      for (const each of old) await each.save([{ id: 'a', n: 1 }, { id: 'b' }])
      for (const runId of runs) {
        const one = { environment: 'dev', runId, attempt: 1, first: 0, lines: [line('one')] }
        await alone.records.appendLogs({ runs: [one] })
      }
      await using redis = alone.redis()
      // As an older release leaves them.
      for (const { stream } of old.slice(0, 6))
        await redis.client.hdel(`${at}:{dev}:records:${stream.connection}/Issue/base`, 'place')
      for (const { stream } of old.slice(9))
        await redis.client.del(`${at}:{dev}:records:${stream.connection}/Issue/base`)
    }
    await using added = await startRecords(at, { clickhouse: both })
    for (const { stream: known } of old) {
      const issues = stream(added.records, known)
      expect(brief(await issues.all())).toEqual(['a ADDED', 'b ADDED'])
      expect(await issues.save([{ id: 'a', n: 2 }, { id: 'b' }])).toMatchObject({ updated: 1, unchanged: 1 })
      expect(await issues.count()).toMatchObject({ live: 2 })
    }
    expect(await streamsOf(added, 0)).toHaveLength(12)
    expect(await streamsOf(added, 1)).toEqual([])

    const young = Array.from({ length: 24 }, () => stream(added.records))
    await Promise.all(young.map((each) => each.save([{ id: 'a' }])))
    const [here, there] = [await streamsOf(added, 0), await streamsOf(added, 1)]
    expect(here.length + there.length).toBe(36)
    expect(there.length).toBeGreaterThan(2)
    expect(there.length).toBeLessThan(22)

    for (const runId of runs) {
      const log = { environment: 'dev', runId, attempt: 1 }
      // The first call is repeated.
      await added.records.appendLogs({ runs: [{ ...log, first: 0, lines: [line('one')] }] })
      await added.records.appendLogs({ runs: [{ ...log, first: 1, lines: [line('two')] }] })
      const listed = await added.records.listLogs({ environment: 'dev', runId, limit: 0 })
      expect(listed.lines.map(({ message }) => message)).toEqual(['one', 'two'])
    }
    await expect(startRecords(at, { clickhouse: first })).rejects.toThrow('names 1 of 2 shards')
  })
})

describe('a start', () => {
  const startAt = (at: string, clickhouse: string) => startRecords(at, { clickhouse })

  test('with fewer shards or in another order is refused', async () => {
    const [first = '', other = ''] = both.split(',')
    const name = (url: string) => new URL(url).origin
    const refusal = (clickhouse: string) =>
      startAt(store.at, clickhouse).then(
        () => 'it started',
        (error: unknown) => String(error),
      )
    expect(await refusal(first)).toContain(
      'CLICKHOUSE_URL names 1 of 2 shards, and streams may be on the others: name all shards that there were',
    )
    const swapped = await refusal(`${other.replace('://', '://default@')},${first}`)
    expect(swapped).toContain(
      `names '${name(other)}' as shard 1, but its tables were made as shard 2: name all shards`,
    )
    expect(swapped).not.toContain('default@')
    await using _right = await startAt(store.at, both)
  })

  test('with two names of one server is refused', async () => {
    const [first = ''] = both.split(',')
    await expect(startAt(namespace(), `${first},${first.replace('127.0.0.1', 'localhost')}`)).rejects.toThrow(
      'as shard 2, but its tables were made as shard 1',
    )
  })

  test('on tables that are older than shards takes them for the only one', async () => {
    const [first = ''] = both.split(',')
    const at = namespace()
    {
      await using old = await startAt(at, first)
      await stream(old.records, { connection: 'kept' }).save([{ id: 'a' }])
      await sql(old, 'DROP TABLE shard')
    }
    await using again = await startAt(at, first)
    expect(brief(await stream(again.records, { connection: 'kept' }).all())).toEqual(['a ADDED'])
    expect(await sql(again, 'SELECT place, of FROM shard')).toBe('1\t1')
  })

  test('of two instances at once makes all tables once', async () => {
    const at = namespace()
    const [one, two] = await Promise.all([startAt(at, both), startAt(at, both)])
    await using _one = one
    await using _two = two
    for (const place of SHARDS) {
      expect(await on(place, 'SELECT place, of FROM shard', one)).toBe(`${place + 1}\t2`)
      expect(await on(place, 'SELECT count() = uniqExact(file), count() > 0 FROM migration', one)).toBe(
        '1\t1',
      )
      expect(await on(place, 'SELECT count() FROM history_start', one)).toBe('1')
      const here = streamOn(place, one.records)
      await here.save([{ id: 'a' }])
      expect(brief(await stream(two.records, here.stream).all())).toEqual(['a ADDED'])
    }
  })

  test('that was cut short on one shard is finished by the next one', async () => {
    const at = namespace()
    const kept = { connection: 'kept' }
    {
      await using cut = await startAt(at, both)
      await stream(cut.records, kept).save([{ id: 'a' }])
      await on(1, 'TRUNCATE TABLE migration', cut)
      await on(1, 'TRUNCATE TABLE shard', cut)
    }
    await using next = await startAt(at, both)
    for (const place of SHARDS) {
      const issues = streamOn(place, next.records)
      for (const n of [1, 2]) await issues.save([{ id: 'a', n }])
      expect((await issues.versions('a')).records).toMatchObject([{ n: 2 }, { n: 1 }])
    }
    expect(brief(await stream(next.records, kept).all())).toEqual(['a ADDED'])
  })
})
