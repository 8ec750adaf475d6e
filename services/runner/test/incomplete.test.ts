import { RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createWorld, type World } from './world.ts'

/** Messages past the harness name the run: each is the first one of its child. */
const FIRST_RUNS = { SANDBOX_REUSE: 'never' }

let world: World
beforeAll(async () => {
  world = await createWorld(FIRST_RUNS)
})
afterAll(() => world?.[Symbol.asyncDispose]())
beforeEach(() => {
  world.standIns.calls.length = 0
  world.standIns.records.clear()
})

const REASON = 'GET /things answered 500'
const SUCCESS = { outcome: RunOutcome.SUCCESS }
const NOTHING = `nothing was deleted: the pass was not complete (${REASON})`
const things = (count: number) => Array.from({ length: count }, (_, i) => ({ id: String(i) }))
const ids = () => world.standIns.saved('Thing').map(({ id }) => id)

/** Messages to the host past the harness, which shows what the host makes of them. Nobody waits for their answers. */
const past = `
  const { writeSync } = process.getBuiltinModule('node:fs')
  let call = 1_000_000
  const send = (message) => {
    const json = JSON.stringify(message)
    const frame = Buffer.alloc(4 + Buffer.byteLength(json))
    frame.writeUInt32BE(frame.length - 4)
    frame.write(json, 4)
    for (let at = 0; at < frame.length; ) try { at += writeSync(3, frame, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
  }
  const host = (method, params) => send({ t: 'call', run: 1, id: call++, method, params })
  /** A write of the model waits for those before it. */
  const written = () => nango.batchDelete([{ id: 'none' }], 'Thing')
  const checkpoint = async (page, incomplete) => {
    host('saveCheckpoint', { json: JSON.stringify({ page }), incomplete })
    while ((await nango.getCheckpoint())?.page !== page) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const end = async (incomplete) => {
    host('trackDeletes', { model: 'Thing', step: 'end', allowMassDelete: false, incomplete })
    await written()
  }
  const returned = async (incomplete) => {
    send({ t: 'returned', run: 1, output: { incomplete } })
    await new Promise(() => {})
  };`

test('a pass whose page failed, though the function went on to its end, deletes nothing and warns', async () => {
  world.standIns.put('Thing', things(5))
  await world.deploy(`${past}
    await nango.trackDeletesStart('Thing')
    await nango.batchSave([{ id: '0' }, { id: 'new' }], 'Thing')
    await end('${REASON}')`)
  const run = await world.run()
  expect(run).toMatchObject({ ...SUCCESS, counts: [{ added: 1, deleted: 0 }] })
  expect(run.error).toContain(NOTHING)
  expect(world.log(run.runId).join('\n')).toContain(`warn model 'Thing': ${NOTHING}`)
  expect(ids()).toHaveLength(6)
  await world.deploy(`
    await nango.trackDeletesStart('Thing')
    await nango.batchSave([{ id: '0' }, { id: 'new' }], 'Thing')
    await nango.trackDeletesEnd('Thing')`)
  expect(await world.run()).toMatchObject({ ...SUCCESS, error: '', counts: [{ deleted: 4 }] })
})

test('a page that failed before a checkpoint is missing for the attempt that goes on there', async () => {
  await using two = await createWorld(FIRST_RUNS)
  two.standIns.put('Thing', things(5))
  await two.deploy(`${past}
    const before = await nango.getCheckpoint()
    await nango.trackDeletesStart('Thing')
    if (!before) {
      await nango.batchSave([{ id: '0' }], 'Thing')
      await checkpoint(3, '${REASON}')
      await new Promise(() => {})
    }
    await nango.batchSave([{ id: '4' }], 'Thing')
    await nango.trackDeletesEnd('Thing')`)
  const runId = await two.request()
  await eventually(() => expect(two.standIns.calls).toContain('checkpoint {"page":3}'))
  expect(two.standIns.calls.slice(-2)).toEqual([`incomplete Thing: ${REASON}`, 'checkpoint {"page":3}'])
  const stopping = two.runner[Symbol.asyncDispose]()
  await two.startRunner()
  await stopping
  expect(await two.ended(runId)).toMatchObject({ attempt: 2, ...SUCCESS })
  expect(two.finished).toHaveLength(1)
  expect(two.finished[0]?.error).toContain(NOTHING)
  expect(two.standIns.saved('Thing')).toHaveLength(5)
})

test('a run that fails marks nothing: the next one goes on at its checkpoint and deletes', async () => {
  world.standIns.put('Thing', things(5))
  await world.deploy(`${past}
    const { page } = await nango.getCheckpoint() ?? { page: 1 }
    await nango.trackDeletesStart('Thing')
    if (page === 1) await nango.batchSave([{ id: '0' }], 'Thing')
    await checkpoint(2, '')
    if (page === 1) throw new Error('${REASON}')
    await nango.batchSave([{ id: '1' }], 'Thing')
    await nango.trackDeletesEnd('Thing')`)
  expect(await world.run()).toMatchObject({ outcome: RunOutcome.FAILED, error: REASON })
  expect(await world.run({ checkpoint: '{"page":2}' })).toMatchObject({
    ...SUCCESS,
    error: '',
    counts: [{ deleted: 3 }],
  })
  expect(ids()).toEqual(['0', '1'])
})

test('a run that succeeds with a page missing marks the window that it leaves open', async () => {
  world.standIns.put('Thing', things(5))
  await world.deploy(`${past}
    await nango.trackDeletesStart('Thing')
    await nango.batchSave([{ id: '0' }], 'Thing')
    await returned('${REASON}')`)
  expect(await world.run()).toMatchObject({ ...SUCCESS, error: '' })
  expect(world.standIns.calls.at(-1)).toBe(`incomplete Thing: ${REASON}`)
  await world.deploy(`await nango.trackDeletesStart('Thing'); await nango.trackDeletesEnd('Thing')`)
  const run = await world.run()
  expect(run).toMatchObject({ ...SUCCESS, counts: [{ deleted: 0 }] })
  expect(run.error).toContain(NOTHING)
})

test('a function that knows better deletes after a pass that was not complete, also behind its checkpoints', async () => {
  world.standIns.put('Thing', things(5))
  await world.deploy(`${past}
    await nango.trackDeletesStart('Thing')
    await nango.batchSave([{ id: '0' }], 'Thing')
    await checkpoint(2, '${REASON}')
    host('trackDeletes', { model: 'Thing', step: 'end', allowMassDelete: false, allowIncomplete: true, incomplete: '${REASON}' })
    await written()`)
  expect(await world.run()).toMatchObject({ ...SUCCESS, error: '', counts: [{ deleted: 4 }] })
})

test('the deprecated trackDeletes deletes nothing after a pass that was not complete', async () => {
  world.standIns.put('Thing', things(5))
  await world.deploy(`${past} await nango.batchSave([{ id: '0' }], 'Thing'); await returned('${REASON}')`, {
    trackDeletes: true,
  })
  const run = await world.run()
  expect(run).toMatchObject({ ...SUCCESS, counts: [{ deleted: 0 }] })
  expect(run.error).toContain(NOTHING)
  expect(ids()).toHaveLength(5)
})

test('a run that goes on at the checkpoint of an earlier run can not tell what is gone without a window', async () => {
  world.standIns.put('Thing', things(5))
  const exec = `
    await nango.getCheckpoint()
    await nango.batchSave([{ id: '4' }], 'Thing')`
  const nothing = expect.stringContaining(
    'not complete (the run went on at the checkpoint of an earlier run;',
  )
  await world.deploy(exec, { trackDeletes: true })
  expect(await world.run({ checkpoint: '{"page":2}' })).toMatchObject({
    error: nothing,
    counts: [{ deleted: 0 }],
  })
  await world.deploy(`${exec}; await nango.deleteRecordsFromPreviousExecutions('Thing')`)
  expect(await world.run({ checkpoint: '{"page":2}' })).toMatchObject({
    error: nothing,
    counts: [{ deleted: 0 }],
  })
  await world.deploy(`await nango.saveCheckpoint({ page: 1 }); ${exec}`, { trackDeletes: true })
  expect(await world.run()).toMatchObject({ ...SUCCESS, error: '', counts: [{ deleted: 4 }] })
})

test('a result that is not one of ours is a complete pass', async () => {
  for (const output of ['null', '7', '{ incomplete: 7 }', '{ incomplete: "" }']) {
    await world.deploy(
      `${past} send({ t: 'returned', run: 1, output: ${output} }); await new Promise(() => {})`,
    )
    expect(await world.run()).toMatchObject({ ...SUCCESS, error: '' })
  }
  expect(world.standIns.calls.join()).not.toContain('incomplete')
})

test('a record that can not be stored never stops its neighbours, and one warning counts and names them', async () => {
  await world.deploy(
    `await nango.batchSave([{ id: 'a' }, {}, { id: 'b' }], 'Thing')
    await nango.batchSave(Array.from({ length: 1500 }, (_, i) => i % 300 ? { id: 'c' + i } : { id: 2 ** 53 }), 'Thing')
    await nango.batchUpdate([{ id: 'a', n: 1 }, { id: 'x'.repeat(1100) }], 'Thing')`,
    { validate: 'off' },
  )
  const run = await world.run()
  const summary =
    "model 'Thing': skipped 7 records that can't be stored, the first 5: record 1 (has no id); record 0 (has the number 9007199254740992 as its id; "
  expect(run).toMatchObject({ ...SUCCESS, counts: [{ added: 1497, updated: 1 }] })
  expect(run.error.slice(0, summary.length)).toBe(summary)
  const warnings = world.log(run.runId).filter((line) => line.startsWith('warn'))
  expect(warnings).toEqual([
    "warn model 'Thing': a record can't be stored and is skipped: record 1 (has no id)",
    `warn ${run.error}`,
  ])
})

test('the log of a run that fails has the same warning', async () => {
  await world.deploy(
    `await nango.batchSave([{}, { id: 'x'.repeat(1100) }], 'Thing'); throw new Error('boom')`,
  )
  const run = await world.run()
  expect(run).toMatchObject({ outcome: RunOutcome.FAILED, error: 'boom' })
  expect(world.log(run.runId).join('\n')).toMatch(
    /^warn model 'Thing': skipped 2 records that can't be stored: record 0 \(has no id\); record 1 'x{40}…' \(has an id of 1100 characters/m,
  )
})

test('warnings of what was skipped are short, whatever the records are', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `Model${i}`)
  await world.deploy(
    `for (const model of ${JSON.stringify(names)}) await nango.batchSave(Array(900).fill({ id: 'x'.repeat(5000) }), model)`,
    { models: names },
  )
  const run = await world.run()
  expect(run.error).toMatch(/^model 'Model0': skipped 900 records/)
  expect(run.error.length).toBeLessThan(11_000)
})

test('what the store has of a record that can not be stored stays', async () => {
  world.standIns.put('Thing', things(3))
  await world.deploy(`${past}
    await nango.trackDeletesStart('Thing')
    await nango.batchSave([{ id: '0' }], 'Thing')
    host('save', { model: 'Thing', mode: 'replace', sizes: [], skipped: [
      { index: 1, id: '1', reason: 'is nested too deeply' }, { index: 2, id: 'never', reason: 'is too large' },
      { index: 3, id: 'x'.repeat(2048), reason: 'has a long id' }] })
    await written()
    await nango.trackDeletesEnd('Thing')`)
  const run = await world.run()
  expect(run).toMatchObject({ ...SUCCESS, counts: [{ added: 0, updated: 0, deleted: 1 }] })
  expect(run.error).toContain(
    "skipped 3 records that can't be stored: '1' (is nested too deeply); 'never' (is too large); record 3 'xxx",
  )
  expect(world.standIns.calls).toContain('save Thing 0 seen 1 seen never')
  expect(ids()).toEqual(['0', '1'])
})

test.each([
  ['that the function saved', `await nango.batchSave([{ id: '0' }, { title: 'no id' }], 'Thing')`],
  [
    'that its process left out',
    `await nango.batchSave([{ id: '0' }], 'Thing')
     host('save', { model: 'Thing', mode: 'replace', sizes: [], skipped: [{ index: 0, reason: 'has no id' }] })
     await written()`,
  ],
])('a record without an id %s may be any of the stored ones: nothing is deleted', async (_, save) => {
  const reason = '1 record without a usable id could not be stored'
  world.standIns.put('Thing', things(3))
  world.standIns.put('Other', things(3))
  const models = ['Thing', 'Other']
  await world.deploy(
    `${past}
     for (const model of ['Thing', 'Other']) await nango.trackDeletesStart(model)
     ${save}
     await nango.saveCheckpoint({ page: 2 })
     for (const model of ['Thing', 'Other']) await nango.trackDeletesEnd(model)`,
    { models },
  )
  const run = await world.run()
  expect(run).toMatchObject({ ...SUCCESS, counts: [{ deleted: 0 }, { deleted: 3 }] })
  expect(run.error).toContain(`not complete (${reason})`)
  const { calls } = world.standIns
  expect(calls.indexOf(`incomplete Thing: ${reason}`)).toBe(calls.indexOf('checkpoint {"page":2}') - 1)
  expect(ids()).toHaveLength(3)
})

test.each([
  ['nested two million levels deep', `'{"id":"a","in":' + '['.repeat(2e6) + ']'.repeat(2e6) + '}'`],
  ['with two ids', `'{"id":"a","id":"b"}'`],
  ['with metadata of ours', `'{"id":"a","_nango_metadata":{"deleted_at":"x"}}'`],
])('bytes past the harness that are a record %s are refused, and the run goes on', async (_, record) => {
  await world.deploy(`${past}
    const record = ${record}
    const json = JSON.stringify({ t: 'call', run: 1, id: call++, method: 'save', params: {
      model: 'Thing', mode: 'replace', sizes: [record.length] } })
    const frame = Buffer.alloc(9 + json.length + record.length)
    frame.writeUInt32BE(frame.length - 4)
    frame.writeUInt32BE(json.length, 5)
    frame.write(json + record, 9)
    for (let at = 0; at < frame.length; ) try { at += writeSync(3, frame, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
    await nango.batchSave([{ id: 'own' }], 'Thing')`)
  expect(await world.run()).toMatchObject(SUCCESS)
  expect(ids()).toEqual(['own'])
})
