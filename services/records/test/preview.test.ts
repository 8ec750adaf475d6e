import type { Position, SaveResponse } from '@syncline/proto'
import { SeededRandom } from '@syncline/testkit'
import { cursorOf, type StreamCalls } from '@syncline/testkit/records'
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

const CURSORS = 2

/** A run, or its preview, between two steps. */
interface Run {
  calls: StreamCalls
  /** Places in the order of the stream from before the run. */
  cursors: string[]
  /** Records that others have modified behind it are left alone; undefined: none is. */
  keepAfter?: Position | undefined
}
type NamedStep = { name: string; step: (run: Run) => Promise<unknown> }

/** Steps that depend on nothing but the seed. */
function randomSteps(random: SeededRandom, count: number): NamedStep[] {
  const ids = () => Array.from({ length: 1 + random.below(12) }, () => `r${random.below(60)}`)
  const kinds: (() => NamedStep)[] = [
    () => {
      const values = ids().map((id) => ({ id, n: random.below(3), user: { name: `u${random.below(2)}` } }))
      const name = `save ${JSON.stringify(values)}`
      return { name, step: (run) => wrote(run, run.calls.saveKeeping(values, run.keepAfter)) }
    },
    () => {
      const values = ids().map((id) => ({ id, user: { age: random.below(3) } }))
      const name = `merge ${JSON.stringify(values)}`
      const step = (run: Run) => run.calls.saveKeeping(values, run.keepAfter, 'SAVE_MODE_MERGE')
      return { name, step: (run) => wrote(run, step(run)) }
    },
    () => {
      const gone = ids().slice(0, 4)
      const name = `delete ${gone}`
      return { name, step: (run) => wrote(run, run.calls.deleteKeeping(gone, run.keepAfter)) }
    },
    () => {
      // The last one is none: the end of the stream.
      const index = random.below(CURSORS + 1)
      const step = async (run: Run) => {
        run.keepAfter = await run.calls.position(run.cursors[index])
      }
      return { name: `keep behind ${index}`, step }
    },
    () => {
      const step = async (run: Run) => {
        run.keepAfter = undefined
      }
      return { name: 'overwrite', step }
    },
    () => {
      const wanted = ids()
      return {
        name: `list ${wanted}`,
        step: async ({ calls }) => seen((await calls.list({ ids: wanted })).records),
      }
    },
    () => {
      const limit = 1 + random.below(20)
      return { name: `list all by ${limit}`, step: async ({ calls }) => seen(await calls.all(limit)) }
    },
    () => ({ name: 'track', step: ({ calls }) => calls.trackDeletes() }),
    () => {
      const mass = random.below(2) === 1
      return { name: `end ${mass}`, step: ({ calls }) => failing(calls.endTrackingDeletes(mass)) }
    },
    () => ({ name: 'delete unseen', step: ({ calls }) => calls.deleteUnseen() }),
    () => ({ name: 'mark', step: ({ calls }) => calls.markIncomplete('page 2 failed') }),
  ]
  return Array.from({ length: count }, () => (kinds[random.below(kinds.length)] as () => NamedStep)())
}

/** As the runner does it: what a run has modified itself, it may write again. */
async function wrote(run: Run, write: Promise<SaveResponse>): Promise<SaveResponse> {
  const response = await write
  if (run.keepAfter && response.position) run.keepAfter = response.position
  return response
}

const failing = (call: Promise<unknown>) => call.catch((error: { code: string }) => error.code)

const SEEDS = ['a', 'd', 'e']

test('a preview answers each call as the run that follows does, and changes nothing', async () => {
  const all = await Promise.all(SEEDS.map(prepared))
  const before = await snapshot()
  const said = await Promise.all(all.map(previewed))
  expect(await snapshot()).toEqual(before)
  for (const { issues, listed } of all) expect(await issues.all()).toEqual(listed)
  await Promise.all(all.map((one, i) => expectSame(one, said[i] as Previewed))) // one for each
})

type Prepared = Awaited<ReturnType<typeof prepared>>

async function prepared(seed: string) {
  const issues = stream(store.records)
  await issues.begin()
  await issues.save(some(0, 30))
  await issues.save(some(30, 50))
  await issues.delete(['r3', 'r4'])
  // A window that an earlier run has left open, in some cases.
  if (seed < 'd') {
    await issues.trackDeletes()
    await issues.save(some(10, 20))
  }
  await issues.begin()
  const listed = await issues.all()
  const cursors = [10, 40].map((index) => cursorOf(listed[index]))
  return { seed, issues, steps: randomSteps(new SeededRandom(seed), 40), listed, cursors }
}

async function previewed({ issues, steps, cursors }: Prepared) {
  await using preview = await openPreview(store.records, [issues.stream])
  const run: Run = { calls: stream(preview.records, issues.stream), cursors }
  const answers: unknown[] = []
  for (const { step } of steps) answers.push(withoutInstant(await step(run)))
  return { answers, summary: await preview.summary() }
}

type Previewed = Awaited<ReturnType<typeof previewed>>

async function expectSame({ seed, issues, steps, cursors }: Prepared, { answers, summary }: Previewed) {
  const run: Run = { calls: issues, cursors }
  const totals = { added: 0, updated: 0, unchanged: 0, deleted: 0 }
  for (const [i, { name, step }] of steps.entries()) {
    const real = withoutInstant(await step(run))
    if (isAnswer(real)) expect(answers[i], `seed ${seed}, step ${i}: ${name}`).toEqual(real)
    if (isCounted(real)) {
      for (const kind of ['added', 'updated', 'unchanged', 'deleted'] as const) totals[kind] += real[kind]
    }
  }
  const live = (await issues.count())?.live
  expect(summary[0], `seed ${seed}`).toMatchObject({ ...totals, records_after: live })
}

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
