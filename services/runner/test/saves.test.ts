import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AppError } from '@syncline/errors'
import { RunOutcome } from '@syncline/proto'
import { expect, test } from 'vitest'
import { sharedWorld, things } from './shared-world.ts'

const world = sharedWorld()

const SUCCESS = { outcome: RunOutcome.SUCCESS, error: '' }

test('a function saves, and the run ends with its counts', async () => {
  await world.deploy(`
    await nango.batchSave([{ id: '1', a: 1 }, { id: '2' }], 'Thing')
    await nango.batchSave([{ id: '1', a: 2 }, { id: '2' }], 'Thing')
    await nango.batchDelete([{ id: '2', more: 1 }], 'Thing')
    await nango.batchSave([], 'Thing')`)
  expect(await world.run()).toMatchObject({
    ...SUCCESS,
    attempt: 1,
    counts: [{ model: 'Thing', added: 2, updated: 1, deleted: 1, unchanged: 1 }],
  })
  expect(world.standIns.calls).toEqual(['begin Thing', 'save Thing 2', 'save Thing 2', 'delete Thing 1'])
})

test('large batches go in slices, in order, one at a time', async () => {
  let now = 0
  world.standIns.onSave = async () => {
    expect(++now).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    now--
  }
  await world.deploy(`
    const list = (from, n) => Array.from({ length: n }, (_, i) => ({ id: String(from + i) }))
    await Promise.all([nango.batchSave(list(0, 2500), 'Thing'), nango.batchSave(list(5000, 10), 'Thing')])`)
  expect(await world.run()).toMatchObject({ ...SUCCESS, counts: [{ added: 2510 }] })
})

test('100 000 records of a kilobyte in one batch go in slices of a thousand', async () => {
  await world.deploy(`
    const text = 'x'.repeat(1000)
    await nango.batchSave(Array.from({ length: 100_000 }, (_, i) => ({ id: String(i), text: i + text })), 'Thing')`)
  expect(await world.run()).toMatchObject({ ...SUCCESS, counts: [{ added: 100_000 }] })
  expect(world.standIns.calls.slice(1)).toEqual(Array(100).fill('save Thing 1000'))
})

test('a record of almost 8 MB is saved, and a larger one can be deleted', async () => {
  await world.deploy(`
    await nango.batchSave([{ id: 'a', text: 'x'.repeat(7_999_950) }], 'Thing')
    await nango.batchDelete([{ id: 'a', text: 'x'.repeat(16e6) }], 'Thing')`)
  expect(await world.run()).toMatchObject({ ...SUCCESS, counts: [{ added: 1, deleted: 1 }] })
})

test('checkpoints come back, wait for the writes before them, and are cleared', async () => {
  await world.deploy(`
    const before = await nango.getCheckpoint()
    const saving = nango.batchSave([{ id: '1' }], 'Thing')
    await nango.saveCheckpoint({ n: (before?.n ?? 0) + 1, at: new Date(0) })
    await saving`)
  world.standIns.onSave = () => new Promise((resolve) => setTimeout(resolve, 100))
  expect(await world.run({ checkpoint: '{"n":4}' })).toMatchObject(SUCCESS)
  expect(world.standIns.calls).toEqual([
    'begin Thing',
    'save Thing 1',
    'checkpoint {"n":5,"at":"1970-01-01T00:00:00.000Z"}',
  ])
  await world.deploy(`await nango.clearCheckpoint(); await nango.log(String(await nango.getCheckpoint()))`)
  const end = await world.run({ checkpoint: '{"n":4}' })
  expect(world.log(end.runId)).toContain('info null')
})

test('a checkpoint is refused once a write has failed, even if the function did not mind', async () => {
  world.standIns.onSave = () => {
    throw new AppError('server_error', 'disk full')
  }
  await world.deploy(`
    await nango.batchSave([{ id: '1' }], 'Thing').catch(() => {})
    await nango.saveCheckpoint({ n: 1 })`)
  expect(await world.run()).toMatchObject({
    outcome: RunOutcome.FAILED,
    error: 'an earlier write has failed: disk full',
  })
  expect(world.standIns.calls).toEqual(['begin Thing'])
})

test('a record store that is away for a moment costs time, not the run', async () => {
  let failures = 3
  world.standIns.onSave = () => {
    if (failures-- > 0) throw new AppError('unavailable', 'restarting')
  }
  await world.deploy(`await nango.batchSave([{ id: '1' }], 'Thing')`)
  expect(await world.run()).toMatchObject({ ...SUCCESS, counts: [{ added: 1 }] })
})

test('a batch that holds an id twice is a warning that names it', async () => {
  await world.deploy(`await nango.batchSave([{ id: 'a' }, { id: 'b' }, { id: 'a', n: 2 }], 'Thing')`)
  const { runId } = await world.run()
  expect(world.log(runId).join('\n')).toMatch(/^warn model 'Thing'.*'a'$/m)
})

test('records can be read back: all pages, or some by their ids', async () => {
  world.standIns.put('Thing', things(250))
  await world.deploy(`
    let pages = 0, records = 0
    for await (const page of nango.listRecords('Thing')) { pages++; records += page.length }
    const some = await nango.getRecordsByIds(['7', 8, 'none'], 'Thing')
    await nango.log([pages, records, some.size, some.get(8).id].join())`)
  const { runId } = await world.run()
  expect(world.log(runId)).toContain('info 3,250,2,8')
})

test('ids have up to 1 024 characters of any form, and are read back; a longer one is named with its place and the limit', async () => {
  const ids = ['中'.repeat(1024), '🚀'.repeat(512), `a/b?#'"\\\n`, ' ']
  await world.deploy(`
    const ids = ${JSON.stringify(ids)}
    await nango.batchSave([...ids, 'x'.repeat(1025)].map((id) => ({ id })), 'Thing')
    const read = []
    for await (const page of nango.listRecords('Thing', { limit: 1 })) read.push(...page.map(({ id }) => id))
    const known = await nango.getRecordsByIds(ids, 'Thing')
    await nango.log([read.length, ids.every((id) => read.includes(id)), known.size].join())`)
  const { runId, ...end } = await world.run()
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS, counts: [{ added: 4 }] })
  expect(world.log(runId)).toContain('info 4,true,4')
  expect(world.log(runId).join('\n')).toMatch(
    /model 'Thing'.*record 4 'x{40}…' \(has an id of 1025 characters, 1024 are allowed\)/,
  )
})

test('records that are too large for one page are all found by their ids', async () => {
  world.standIns.put('Thing', things(20))
  world.standIns.records.pageMax = 3
  await world.deploy(`
    const some = await nango.getRecordsByIds(Array.from({ length: 20 }, (_, n) => n), 'Thing')
    await nango.log([some.size, some.get(19).id].join())`)
  const { runId } = await world.run()
  expect(world.log(runId)).toContain('info 20,19')
})

test('the deprecated trackDeletes deletes what a successful run did not save', async () => {
  world.standIns.put('Thing', things(7))
  await world.deploy(`await nango.batchSave([{ id: '1' }, { id: 'new' }], 'Thing')`, { trackDeletes: true })
  expect(await world.run()).toMatchObject({ ...SUCCESS, counts: [{ added: 1, deleted: 6 }] })
  await world.deploy(`throw new Error('no')`, { trackDeletes: true })
  world.standIns.calls.length = 0
  await world.run()
  expect(world.standIns.calls).not.toContain('unseen Thing')
})

test('a deletion that was held back is a warning in the log and the result of a run that succeeds', async () => {
  world.standIns.put('Thing', things(200))
  const warning = 'nothing was deleted: 200 of the 200 records were not saved again'
  await world.deploy(
    `await nango.trackDeletesStart('Thing')
     await nango.trackDeletesEnd('Thing')`,
  )
  const end = await world.run()
  expect(end).toMatchObject({ ...SUCCESS, error: warning, heldBack: true })
  expect(world.log(end.runId)).toContain(`warn model 'Thing': ${warning}`)
  await world.deploy(
    `await nango.trackDeletesStart('Thing')
     await nango.trackDeletesEnd('Thing', { allowMassDelete: true })`,
  )
  expect(await world.run()).toMatchObject({ ...SUCCESS, heldBack: false, counts: [{ deleted: 200 }] })
})

test('a record that is too large or too deep for a message, or is no JSON, never stops its neighbours', async () => {
  await world.deploy(
    `let deep = 1; for (let n = 0; n < 600; n++) deep = [deep]
     const cyclic = { id: 'cyclic' }; cyclic.self = cyclic
     const throwing = { id: 'throws', get v() { throw new Error('no') } }
     const texts = { id: 'text', ['cut \\ud83d']: 'cut \\ud83d', digits: 9007199254740993n }
     const bad = [{ id: 'deep', deep }, { id: 'large', text: 'x'.repeat(16e6) }, { id: 'nan', v: JSON.parse('1e400') }, cyclic, throwing]
     await nango.batchSave([{ id: 'first' }, ...bad, texts, { id: 'last' }], 'Thing')`,
  )
  expect(await world.run()).toMatchObject({ outcome: RunOutcome.SUCCESS })
  expect(world.standIns.saved('Thing')).toEqual([
    { id: 'first' },
    { id: 'last' },
    { id: 'text', 'cut \ufffd': 'cut \ufffd', digits: '9007199254740993' },
  ])
})

test('a save that waits for its store is kept as bytes, not as what was parsed', async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const usedMib = () => {
    gc()
    return process.memoryUsage().heapUsed / (1 << 20)
  }
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  world.standIns.onSave = () => {
    asked.resolve()
    return answer.promise
  }
  await world.deploy(`await nango.batchSave([{ id: '1', list: new Array(2_500_000).fill({}) }], 'Thing')`)
  const before = usedMib()
  const running = world.run()
  await asked.promise
  expect(usedMib() - before).toBeLessThan(60)
  answer.resolve()
  expect(await running).toMatchObject(SUCCESS)
})
