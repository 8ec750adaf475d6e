import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startClickHouse } from '@syncline/embedded'
import { createLog } from '@syncline/service'
import { eventually, servers } from '@syncline/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClickHouse } from '../src/clickhouse/clickhouse.ts'
import { shardEvents } from '../src/events.ts'
import { sweepGenerations } from '../src/jobs/sweep-generations.ts'
import { copyVersions } from '../src/move/copy-versions.ts'
import { moveStream } from '../src/move/move-stream.ts'
import { openShards } from '../src/open-shards.ts'
import { streamId } from '../src/stream/identity.ts'
import { Leases } from '../src/stream/leases.ts'
import { registerMoved, reserveGeneration } from '../src/tables/streams.ts'
import { brief, type Records, shardOf, sql, startRecords, stream } from './harness.ts'
import { startKillable } from './killable-process.ts'

const quiet = createLog('records', 'fatal')
const events = shardEvents(quiet, 1)
const signal = new AbortController().signal

let second: Awaited<ReturnType<typeof startKillable>>
let both: string
let store: Records
let opened: Awaited<ReturnType<typeof openShards>>
beforeAll(async () => {
  second = await startKillable(startClickHouse)
  both = `${servers().clickhouse.url},${second.url}`
  store = await startRecords(undefined, { clickhouse: both })
  opened = await openShards(store.config, quiet)
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
})

type Issues = ReturnType<typeof stream>

/** Where the tables have a stream, and of how many generations each shard has rows. */
async function whereabouts({ stream }: Issues) {
  const is = `connection = '${stream.connection}' AND model = '${stream.model}'`
  const generations = [1, 2].map((place) =>
    sql(
      store,
      `SELECT uniqExact(stream) FROM record_log WHERE stream IN (SELECT stream FROM streams WHERE ${is})`,
      place - 1,
    ),
  )
  return {
    place: (await opened.shards.places.lookUp(stream))?.place ?? 0,
    generations: await Promise.all(generations),
  }
}

const move = ({ stream }: Issues, to: number) => moveStream(opened.shards, { stream, to, signal })

/** Moves it to the shard on which it is not. */
async function moveAway(issues: Issues): Promise<number> {
  const to = 3 - (await whereabouts(issues)).place
  expect(await move(issues, to)).toMatchObject({ from: 3 - to })
  return to
}

async function expire(issues: Issues): Promise<void> {
  await using redis = store.redis()
  const { connection } = issues.stream
  await redis.client.hset(`${store.at}:{dev}:records:${connection}/Issue/base`, 'held_until', Date.now() - 1)
}

describe('a stream that was moved', () => {
  test('has the same records, cursors, history and size, and is compared with them', async () => {
    const issues = stream(store.records)
    await issues.begin()
    await issues.save([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
      { id: 'c', n: 1 },
      { id: 7, n: 1 },
    ])
    const { cursor } = await issues.list({ limit: 2 })
    await issues.save([{ id: 'a', n: 2 }])
    await issues.delete(['b'])
    const [all, size, versions] = [await issues.all(), await issues.count(), await issues.versions('a')]
    const rest = await issues.list({ cursor })
    const asOfMs = Date.parse(versions.records[1]?._nango_metadata.last_modified_at ?? '')
    const past = await issues.list({ asOfMs })

    const to = await moveAway(issues)
    expect(await whereabouts(issues)).toMatchObject({ place: to })
    expect(await issues.all()).toEqual(all)
    expect(await issues.count()).toEqual(size)
    expect(await issues.list({ cursor })).toEqual(rest)
    expect(await issues.versions('a')).toEqual(versions)
    expect(await issues.list({ asOfMs })).toEqual(past)
    expect(await issues.list({ ids: ['a', 'b', '7'] })).toMatchObject({ records: { length: 3 } })
    const again = [
      { id: 'a', n: 2 },
      { id: 'c', n: 1 },
      { id: 7, n: 1 },
    ]
    expect(await issues.save(again)).toMatchObject({ unchanged: 3, added: 0, updated: 0 })
    expect(
      await issues.save([
        { id: 'a', n: 3 },
        { id: 'b', n: 1 },
      ]),
    ).toMatchObject({ updated: 1, added: 1 })
    expect(await move(issues, to)).toBeUndefined()
  })

  test('goes on tracking deletes', async () => {
    const issues = stream(store.records)
    await issues.begin()
    await issues.save(['a', 'b', 'c', 'd'].map((id) => ({ id })))
    await issues.begin()
    await issues.trackDeletes()
    await issues.save([{ id: 'a' }, { id: 'b', n: 1 }])
    await moveAway(issues)
    await issues.save([{ id: 'c' }])
    expect(await issues.endTrackingDeletes(true)).toMatchObject({ deleted: 1 })
    expect(brief(await issues.all()).at(-1)).toBe('d DELETED')
  })

  test('still knows that a pass was not complete, and what was held back and released', async () => {
    const issues = stream(store.records)
    const records = Array.from({ length: 20 }, (_, i) => ({ id: `r${i}` }))
    await issues.begin()
    await issues.save(records)
    await issues.begin()
    await issues.trackDeletes()
    await issues.markIncomplete('page 2 answered 500')
    await moveAway(issues)
    expect(await issues.endTrackingDeletes(true)).toMatchObject({ deleted: 0 })
    await issues.begin()
    await issues.deleteUnseen()
    await issues.release()
    await moveAway(issues)
    expect(await issues.held()).toMatchObject({ unseen: 20, released: true })
    await issues.begin()
    expect(await issues.deleteUnseen()).toMatchObject({ deleted: 20 })
  })

  test('is swept from its old shard when its readers have ended, also after it went back and forth', async () => {
    const issues = stream(store.records)
    for (const n of [1, 2, 3]) {
      await issues.save([{ id: 'a', n }, { id: `b${n}` }])
      await moveAway(issues)
    }
    const { place, generations } = await whereabouts(issues)
    expect(generations).toEqual(['2', '2'])
    for (const at of [1, 2]) {
      await using clickhouse = new ClickHouse(shardOf(store, at - 1))
      await sweepGenerations(clickhouse, events, signal)
      expect((await whereabouts(issues)).generations[at - 1]).toBe('2')
      const past = 'ALTER TABLE streams UPDATE created_at = 1 WHERE NOT here SETTINGS mutations_sync = 1'
      await sql(store, past, at - 1)
      await sweepGenerations(clickhouse, events, signal)
    }
    await eventually(async () =>
      expect(await whereabouts(issues)).toEqual({
        place,
        generations: place === 1 ? ['1', '0'] : ['0', '1'],
      }),
    )
    expect(brief(await issues.all())).toHaveLength(4)
    expect(await issues.count()).toMatchObject({ live: 4 })
  })

  test.each([
    ['knows where it is', true],
    ['believes it is where it was', false],
  ])('is found by an instance that %s when Redis has forgotten it', async (_, knows) => {
    const issues = stream(store.records)
    await issues.save([{ id: 'a' }, { id: 'b' }])
    await moveAway(issues)
    if (knows) await issues.save([{ id: 'c' }])
    await using redis = store.redis()
    await redis.client.del(`${store.at}:{dev}:records:${issues.stream.connection}/Issue/base`)
    expect(await issues.save([{ id: 'b' }, { id: 'd' }])).toMatchObject({ unchanged: 1, added: 1 })
    const ids = ['a', 'b', ...(knows ? ['c'] : []), 'd']
    expect(brief(await issues.all())).toEqual(ids.map((id) => `${id} ADDED`))
    expect(await issues.count()).toMatchObject({ live: ids.length })
  })

  test('may be created again where it was: it is empty, and is not swept with its old rows', async () => {
    const issues = stream(store.records)
    await issues.save([{ id: 'a' }])
    const to = await moveAway(issues)
    // As a shard forgets a stream without records.
    const is = `connection = '${issues.stream.connection}'`
    await sql(store, `DELETE FROM streams WHERE ${is}`, to - 1)
    await using redis = store.redis()
    await redis.client.del(`${store.at}:{dev}:records:${issues.stream.connection}/Issue/base`)
    expect(await issues.all()).toEqual([])
    expect(await issues.save([{ id: 'a' }])).toMatchObject({ added: 1 })
    expect(await whereabouts(issues)).toMatchObject({ place: 3 - to })
    await sql(
      store,
      `ALTER TABLE streams UPDATE created_at = 1 WHERE ${is} SETTINGS mutations_sync = 1`,
      2 - to,
    )
    await using clickhouse = new ClickHouse(shardOf(store, 2 - to))
    // As the job does it, again and again: a sweep does nothing while ClickHouse applies earlier deletes, of other tests too.
    await eventually(async () => {
      await sweepGenerations(clickhouse, events, signal)
      expect((await whereabouts(issues)).generations[2 - to]).toBe('1')
    })
    expect(brief(await issues.all())).toEqual(['a ADDED'])
  })

  test('that does not exist, or a shard that does not, is named', async () => {
    await expect(move(stream(store.records), 2)).rejects.toThrow('there is no stream Issue of connection')
    await expect(move(stream(store.records), 3)).rejects.toThrow(
      'there is no shard 3: CLICKHOUSE_URL names 2',
    )
  })
})

test('a stream moves back and forth under writers of two instances and a reader: nothing is lost or doubled', async () => {
  await using other = await startRecords(store.at, { clickhouse: both })
  const issues = stream(store.records)
  const through = [issues, stream(other.records, issues.stream)]
  await issues.save([{ id: 'first' }])
  const until = { timeoutMs: 60_000 }
  const stop = new AbortController()
  let written = false
  const saved = new Map<string, number>()
  const writing = [0, 1, 2, 3].map(async (writer) => {
    for (let n = 1; !stop.signal.aborted; n++) {
      // Each round has new records and a new version of one that is there already.
      const values = [{ id: `${writer}`, n }, ...[0, 1, 2].map((i) => ({ id: `${writer}-${n}-${i}`, n }))]
      await eventually(() => through[writer % 2]?.save(values), until)
      for (const { id } of values) saved.set(id, n)
    }
  })
  const seen = new Map<string, unknown>()
  let versions = 0
  const follow = async () => {
    for (let cursor = ''; ; ) {
      const done = written
      const page = await eventually(() => through[1]?.list({ limit: 50, cursor }), until)
      const last = page?.records.at(-1)
      for (const { id, n } of page?.records ?? []) {
        expect(Number(n ?? 0)).toBeGreaterThan(Number(seen.get(String(id)) ?? -1))
        seen.set(String(id), n)
        versions++
      }
      if (last) cursor = last._nango_metadata.cursor
      else if (done) return
    }
  }
  const reading = follow()
  try {
    for (let moves = 0; moves < 6; moves++) {
      const before = saved.size
      await eventually(() => moveAway(issues), until)
      await eventually(async () => expect(saved.size).toBeGreaterThan(before), until)
    }
  } finally {
    stop.abort()
  }
  await Promise.all(writing)
  written = true
  await reading
  for (const [id, n] of saved) expect(seen.get(id)).toBe(n)
  expect(seen.size).toBe(saved.size + 1)
  expect(versions).toBeGreaterThanOrEqual(seen.size)
  const all = await issues.all(1000)
  expect(all.map(({ id }) => String(id)).sort()).toEqual([...seen.keys()].sort())
  expect(await issues.count()).toMatchObject({ live: seen.size })
}, 180_000)

describe('a move that dies', () => {
  test('while it copies, in a process of its own, leaves the stream where it was, and can be repeated', async () => {
    const issues = stream(store.records)
    const body = 'x'.repeat(4000)
    for (let n = 0; n < 6; n++)
      await issues.save(Array.from({ length: 1000 }, (_, i) => ({ id: `${n}-${i}`, body })))
    const { place } = await whereabouts(issues)
    const arrived = () => sql(store, 'SELECT count() FROM record_log', 2 - place)
    const before = await arrived()

    const child = spawn(process.execPath, commandFor(issues, 3 - place), {
      env: environment(),
      stdio: 'pipe',
    })
    const exited = once(child, 'exit')
    for await (const text of child.stdout) if (/[1-9]\d* versions copied/.test(String(text))) break
    child.kill('SIGKILL')
    await exited
    expect(Number(await arrived())).toBeGreaterThan(Number(before))
    expect(await whereabouts(issues)).toMatchObject({ place })
    expect(await issues.all(10_000)).toHaveLength(6000)

    await expire(issues)
    expect(await issues.save([{ id: '0-0', body: 'y' }, { id: 'new' }])).toMatchObject({
      updated: 1,
      added: 1,
    })
    const again = spawn(process.execPath, commandFor(issues, 3 - place), {
      env: environment(),
      stdio: 'pipe',
    })
    let output = ''
    again.stdout.on('data', (text) => (output += String(text)))
    expect(await once(again, 'exit')).toEqual([0, null])
    expect(output).toContain(`Moved from shard ${place} to shard ${3 - place}: 6001 records, 1 versions of`)
    expect(await whereabouts(issues)).toMatchObject({ place: 3 - place })
    const all = await issues.all(10_000)
    expect(new Set(all.map(({ id }) => id)).size).toBe(6001)
    expect(all).toHaveLength(6001)
    expect(await issues.count()).toMatchObject({ live: 6001 })
  })

  /** As far as a move gets before it dies: the copy is complete, and Redis has forgotten where the stream is. */
  async function begun(issues: Issues) {
    const { place } = await whereabouts(issues)
    const to = 3 - place
    const [source, target] = [opened.shards.all[place - 1], opened.shards.all[to - 1]]
    if (!source || !target) throw new Error('there are two shards')
    await using redis = store.redis()
    const claim = await new Leases(redis.client, store.at, events, place).claim(issues.stream, [])
    if (claim.kind !== 'granted') throw new Error(`the claim is ${claim.kind}`)
    const generation = claim.snapshot.generation + 1
    const copy = { clickhouse: target.clickhouse, id: streamId(issues.stream, generation) }
    const moved = { stream: issues.stream, generation, id: copy.id }
    await reserveGeneration(target.clickhouse, moved)
    await copyVersions({ clickhouse: source.clickhouse, id: claim.snapshot.id }, copy, true, async () => {})
    await claim.lease.beginMove()
    const register = (notAfterMs: number) => registerMoved(target.clickhouse, moved, notAfterMs)
    return { place, to, register }
  }

  test('just before it is decided: the stream is where it was when the lease is over', async () => {
    const issues = stream(store.records)
    await issues.save([{ id: 'a' }, { id: 'b' }])
    const { place, register } = await begun(issues)
    const reading = {
      code: 'unavailable',
      message: expect.stringContaining('is being moved to another shard'),
    }
    await expect(stream(store.records, issues.stream).list()).rejects.toMatchObject(reading)
    await expire(issues)
    await expect(register(Date.now() - 1)).rejects.toThrow()
    expect(brief(await issues.all())).toEqual(['a ADDED', 'b ADDED'])
    expect(await issues.save([{ id: 'b' }, { id: 'c' }])).toMatchObject({ unchanged: 1, added: 1 })
    expect(await issues.count()).toMatchObject({ live: 3 })
    expect(await whereabouts(issues)).toMatchObject({ place })
    await moveAway(issues)
    expect(brief(await issues.all())).toEqual(['a ADDED', 'b ADDED', 'c ADDED'])
  })

  test('just after it is decided: the stream has been moved, and its old generation is stale', async () => {
    const issues = stream(store.records)
    await issues.save([{ id: 'a' }, { id: 'b' }])
    const { place, to, register } = await begun(issues)
    await register(Date.now() + 10_000)
    await expire(issues)
    expect(await issues.save([{ id: 'b' }, { id: 'c' }])).toMatchObject({ unchanged: 1, added: 1 })
    expect(brief(await issues.all())).toEqual(['a ADDED', 'b ADDED', 'c ADDED'])
    expect(await issues.count()).toMatchObject({ live: 3 })
    expect(await whereabouts(issues)).toMatchObject({ place: to })
    const is = `connection = '${issues.stream.connection}'`
    const stale = await sql(
      store,
      `SELECT max(generation), argMax(here, generation) FROM streams WHERE ${is}`,
      place - 1,
    )
    expect(stale).toBe('1\tfalse')
    expect(await move(issues, to)).toBeUndefined()
  })
})

function commandFor({ stream }: Issues, to: number): string[] {
  const file = fileURLToPath(new URL('../src/move-stream.ts', import.meta.url))
  const { environment, connection, model } = stream
  const names = ['--environment', environment, '--connection', connection, '--model', model]
  return [file, ...names, '--to', String(to)]
}

const environment = () => ({
  ...process.env,
  REDIS_URL: store.config.redis.url,
  REDIS_PREFIX: store.at,
  CLICKHOUSE_URL: both,
  CLICKHOUSE_DATABASE: store.at,
})
