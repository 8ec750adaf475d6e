import { SeededRandom } from '@syncline/testkit'
import type { StreamCalls } from '@syncline/testkit/records'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ListedRecord, type Records, sql, startRecords, stream } from './harness.ts'
import { openPreview } from './preview-calls.ts'

let store: Records
beforeAll(async () => {
  store = await startRecords(undefined, {
    env: { RECORDS_PREVIEW_MAX_BYTES: String(2 * 1024 * 1024), RECORDS_HISTORY_DAYS: '0' },
  })
})
afterAll(() => store?.[Symbol.asyncDispose]())

const some = (from: number, to: number, fields = {}) =>
  Array.from({ length: to - from }, (_, i) => ({ id: `r${from + i}`, n: 0, ...fields }))

/** What a reader gets, without instants and cursors. */
const seen = (records: ListedRecord[]) =>
  records.map(({ _nango_metadata, ...record }) => ({ ...record, did: _nango_metadata.last_action }))

type Step = (calls: StreamCalls) => Promise<unknown>
type NamedStep = { name: string; step: Step }

/** Steps that depend on nothing but the seed. */
function randomSteps(random: SeededRandom, count: number): NamedStep[] {
  const ids = () => Array.from({ length: 1 + random.below(12) }, () => `r${random.below(60)}`)
  const kinds: (() => NamedStep)[] = [
    () => {
      const values = ids().map((id) => ({ id, n: random.below(3), user: { name: `u${random.below(2)}` } }))
      return { name: `save ${JSON.stringify(values)}`, step: (calls) => calls.save(values) }
    },
    () => {
      const values = ids().map((id) => ({ id, user: { age: random.below(3) } }))
      return { name: `merge ${JSON.stringify(values)}`, step: (calls) => calls.merge(values) }
    },
    () => {
      const gone = ids().slice(0, 4)
      return { name: `delete ${gone}`, step: (calls) => calls.delete(gone) }
    },
    () => {
      const wanted = ids()
      return {
        name: `list ${wanted}`,
        step: async (calls) => seen((await calls.list({ ids: wanted })).records),
      }
    },
    () => {
      const limit = 1 + random.below(20)
      return { name: `list all by ${limit}`, step: async (calls) => seen(await calls.all(limit)) }
    },
    () => ({ name: 'track', step: (calls) => calls.trackDeletes() }),
    () => {
      const mass = random.below(2) === 1
      return { name: `end ${mass}`, step: (calls) => failing(calls.endTrackingDeletes(mass)) }
    },
    () => ({ name: 'delete unseen', step: (calls) => calls.deleteUnseen() }),
    () => ({ name: 'mark', step: (calls) => calls.markIncomplete('page 2 failed') }),
  ]
  return Array.from({ length: count }, () => (kinds[random.below(kinds.length)] as () => NamedStep)())
}

const failing = (call: Promise<unknown>) => call.catch((error: { code: string }) => error.code)

test.each(['a', 'b', 'd', 'e'])(
  'a preview answers each call as the run that follows does, and changes nothing (seed %s)',
  async (seed) => {
    const issues = stream(store.records)
    await issues.begin()
    await issues.save(some(0, 50))
    await issues.delete(['r3', 'r4'])
    // A window that an earlier run has left open, in some cases.
    if (seed < 'd') {
      await issues.trackDeletes()
      await issues.save(some(10, 20))
    }
    await issues.begin()
    const steps = randomSteps(new SeededRandom(seed), 30)
    const before = await snapshot()
    const listed = await issues.all()
    const predicted: unknown[] = []
    let summary: Awaited<ReturnType<Awaited<ReturnType<typeof openPreview>>['summary']>>
    {
      await using preview = await openPreview(store.records, [issues.stream])
      const calls = stream(preview.records, issues.stream)
      for (const { step } of steps) predicted.push(withoutInstant(await step(calls)))
      summary = await preview.summary()
    }
    expect(await snapshot()).toEqual(before)
    expect(await issues.all()).toEqual(listed)

    const totals = { added: 0, updated: 0, unchanged: 0, deleted: 0 }
    for (const [i, { name, step }] of steps.entries()) {
      const real = withoutInstant(await step(issues))
      expect(predicted[i], `step ${i}: ${name}`).toEqual(isAnswer(real) ? real : expect.anything())
      if (isCounted(real)) {
        for (const kind of ['added', 'updated', 'unchanged', 'deleted'] as const) totals[kind] += real[kind]
      }
    }
    expect(summary[0]).toMatchObject({ ...totals, records_after: (await issues.count())?.live })
  },
)

/** A preview has other instants than the run that follows. */
const withoutInstant = (answer: unknown) =>
  isCounted(answer) && 'position' in answer ? { ...answer, position: answer.position !== undefined } : answer

/** Calls without an answer are answered otherwise in a preview. */
const isAnswer = (answer: unknown) => Array.isArray(answer) || typeof answer === 'string' || isCounted(answer)
const isCounted = (
  answer: unknown,
): answer is Record<'added' | 'updated' | 'unchanged' | 'deleted', number> =>
  typeof answer === 'object' && answer !== null && 'unchanged' in answer

/** Everything that the record store has, in ClickHouse and Redis, but for what its jobs move by themselves. */
async function snapshot() {
  const tables = await sql(
    store,
    `SELECT name, engine LIKE '%ReplacingMergeTree' OR engine LIKE '%CollapsingMergeTree' FROM system.tables
      WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name NOT IN ('record_head', 'seen')`,
  )
  const rows: Record<string, string> = {}
  for (const line of tables.split('\n')) {
    const [table = '', merges] = line.split('\t')
    const final = merges === '1' ? 'FINAL' : ''
    rows[table] = await sql(store, `SELECT count(), sum(cityHash64(tuple(*))) FROM ${table} ${final}`)
  }
  await using redis = store.redis()
  const { client } = redis
  const keys: Record<string, unknown> = {}
  for (const key of (await client.keys(`${store.at}*`)).sort()) {
    const type = await client.type(key)
    if (type !== 'hash') continue
    const { heads_behind: _, ...fields } = await client.hgetall(key)
    if (!key.includes(':unchanged:')) keys[key] = fields
  }
  return { rows, keys }
}

test('fields that change are counted for all records, samples are kept of some', async () => {
  const issues = stream(store.records)
  await issues.begin()
  await issues.save([...some(0, 10, { title: 'a', user: { name: 'x' } }), { id: 'gone', title: 'z' }])
  await using preview = await openPreview(store.records, [issues.stream], 1)
  const run = stream(preview.records, issues.stream)
  await run.trackDeletes()
  await run.save(some(0, 4, { title: 'b', user: { name: 'x' } }))
  await run.save(some(4, 11, { title: 'a', user: { name: 'y' } }))
  await run.endTrackingDeletes()
  expect(await preview.summary()).toEqual([
    {
      ...{ model: 'Issue', added: 1, updated: 10, unchanged: 0, deleted: 1 },
      updated_fields: [
        { field: 'user.name', count: 6 },
        { field: 'title', count: 4 },
      ],
      ...{ records_before: 11, records_after: 11 },
      deletion: { unseen: 1, of: 12, held_back: null },
      samples: {
        added: [{ id: 'r10', record: { id: 'r10', n: 0, title: 'a', user: { name: 'y' } } }],
        updated: [{ id: 'r0', changes: [{ field: 'title', before: 'a', after: 'b' }] }],
        deleted: [{ id: 'gone', record: { id: 'gone', title: 'z' } }],
      },
    },
  ])
})

test('a preview that would hold too much is refused by name, and its bytes are free when it has ended', async () => {
  const large = (from: number) => some(from, from + 100, { text: 'x'.repeat(10_000) })
  const issues = stream(store.records)
  {
    await using preview = await openPreview(store.records, [issues.stream])
    const run = stream(preview.records, issues.stream)
    await run.save(large(0))
    await expect(run.save(large(100)).then(() => run.save(large(200)))).rejects.toMatchObject({
      code: 'resource_capped',
      message: expect.stringContaining('RECORDS_PREVIEW_MAX_BYTES'),
    })
    // What fitted is told.
    expect((await preview.summary())[0]?.added).toBeGreaterThanOrEqual(100)
  }
  await using another = await openPreview(store.records, [issues.stream])
  expect(await stream(another.records, issues.stream).save(large(0))).toMatchObject({ added: 100 })
})
