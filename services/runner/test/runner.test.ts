import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AppError } from '@syncline/errors'
import { AttemptReport, HandBackReason, RunOutcome } from '@syncline/proto'
import { levels } from '@syncline/sandbox'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { RUN_NUMBER } from './fake-scheduler.ts'
import { createWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())
beforeEach(() => {
  const { standIns } = world
  standIns.calls.length = 0
  standIns.records.clear()
  standIns.onSave = () => {}
  standIns.scheduler.onCall = () => {}
  standIns.records.pageMax = 10_000
})

const things = (count: number) => Array.from({ length: count }, (_, i) => ({ id: String(i) }))

const SUCCESS = { outcome: RunOutcome.SUCCESS, error: '' }

test('a function saves, and the run ends with its counts', async () => {
  await world.deploy(`
    await nango.batchSave([{ id: '1', a: 1 }, { id: '2' }], 'Thing')
    await nango.batchSave([{ id: '1', a: 2 }], 'Thing')
    await nango.batchDelete([{ id: '2', more: 1 }], 'Thing')
    await nango.batchSave([], 'Thing')`)
  expect(await world.run()).toMatchObject({
    ...SUCCESS,
    attempt: 1,
    counts: [{ model: 'Thing', added: 2, updated: 1, deleted: 1 }],
  })
  expect(world.standIns.calls).toEqual(['begin Thing', 'save Thing 2', 'save Thing 1', 'delete Thing 1'])
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

test.each([
  [
    'an unknown model',
    `await nango.batchSave([{ id: '1' }], 'Other')`,
    "the model 'Other' is not one that this sync declares, which are: Thing",
  ],
  [
    'a record to delete without id',
    `await nango.batchDelete([{ id: '1' }, {}], 'Thing')`,
    "record 1 of model 'Thing' has no id",
  ],
  [
    'one in a later slice',
    `await nango.batchDelete(Array.from({ length: 1500 }, (_, i) => i === 1200 ? {} : { id: String(i) }), 'Thing')`,
    "record 1200 of model 'Thing' has no id",
  ],
  [
    'one that is no object',
    `await nango.batchDelete([{ id: '1' }, 'two'], 'Thing')`,
    `record 1 of model 'Thing' is the string "two"; a record is an object with an id`,
  ],
  [
    'an id to delete of 256 characters',
    `await nango.batchDelete([{ id: 'x'.repeat(256) }], 'Thing')`,
    'has an id of 256 characters, 255 are allowed',
  ],
  [
    'an id to delete beyond 2^53',
    `await nango.batchDelete([{ id: 2 ** 53 }], 'Thing')`,
    "record 0 of model 'Thing' has the number 9007199254740992 as its id",
  ],
  ['no list', `await nango.batchSave({ id: '1' }, 'Thing')`, 'must be an array'],
  ['a nested checkpoint', `await nango.saveCheckpoint({ a: {} })`, "field 'a' is object"],
  [
    'another connection',
    `await nango.get({ endpoint: '/', connectionId: 'other' })`,
    "connectionId 'other': a run may use its own connection only",
  ],
  [
    'a strategy that we lack',
    `await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Thing')`,
    'not supported',
  ],
  [
    'what Syncline lacks',
    `await nango.tryAcquireLock({ key: 'k', ttlMs: 1 })`,
    'nango.tryAcquireLock is not supported',
  ],
  ['an error of its own', `throw new nango.ActionError({ message: 'no scope' })`, 'no scope'],
])('%s fails the run with a reason', async (_, exec, message) => {
  await world.deploy(exec)
  const end = await world.run()
  expect(end).toMatchObject({ outcome: RunOutcome.FAILED, error: expect.stringContaining(message) })
  expect(world.log(end.runId).join('\n')).toContain(message)
})

test('the log has what the function said, its error with the line in its own file, and the end', async () => {
  await world.deploy(`
    await nango.log('hello', { a: 1 })
    await nango.log('careful', { level: 'warn' })
    console.log('printed', [1])
    const explode = () => { throw new TypeError('boom') }
    explode()`)
  const { runId } = await world.run()
  const log = world.log(runId)
  expect(log.slice(1, 4)).toEqual(['info hello { a: 1 }', 'warn careful', 'debug printed [ 1 ]'])
  expect(log[4]).toMatch(/^error TypeError: boom\n.*at .*demo\d+\.ts:\d+:\d+/)
  expect(log[4]).not.toContain('/tmp')
  expect(log[5]).toMatch(/^error ended after .*: boom$/)
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

test('a function sees its connection, metadata, variables, and when it last ran', async () => {
  await world.deploy(
    `const { credentials, connection_config } = await nango.getConnection()
     await nango.updateMetadata({ b: 2 })
     await nango.log(JSON.stringify([nango.connectionId, nango.providerConfigKey, nango.provider, nango.environmentName, nango.variant,
       nango.syncJobId, nango.lastSyncDate, credentials, connection_config, await nango.getMetadata(), await nango.getToken(), 'dryRun' in nango]))`,
    {
      integration: { exposeTokens: true },
      connection: { metadata: { a: 1 }, connectionConfig: { sub: 'acme' } },
      credentials: { type: 'OAUTH2', access_token: 't' },
    },
  )
  const { runId } = await world.run({ lastSyncAtMs: 1000 })
  const line = world.log(runId).find((text) => text.startsWith('info ["demo"'))
  expect(JSON.parse(line?.slice(5) ?? '')).toEqual([
    'demo',
    'api',
    'acme',
    'dev',
    'base',
    RUN_NUMBER,
    '1970-01-01T00:00:01.000Z',
    { type: 'OAUTH2', access_token: 't' },
    { sub: 'acme' },
    { a: 1, b: 2 },
    't',
    false,
  ])
})

test('metadata that a function sets has the bound that it has by REST, with all that the connection has', async () => {
  await world.deploy(
    `const refused = async (set) => (await set().then(() => 'no', (error) => error.message)).replace(/ has \\d+/, ' has n')
     const text = 'x'.repeat(200 * 1024)
     await nango.log(await refused(() => nango.setMetadata({ text: text + text })))
     await nango.updateMetadata({ a: text })
     await nango.log(await refused(() => nango.updateMetadata({ b: text })))
     await nango.log(Object.keys(await nango.getMetadata()).join())`,
    { connection: { metadata: {} } },
  )
  const { runId } = await world.run()
  const refusal = 'metadata has n bytes as JSON, and may have 262144'
  expect(world.log(runId).filter((line) => line.startsWith('info '))).toEqual([
    expect.stringContaining(refusal),
    expect.stringContaining(refusal),
    'info a',
  ])
})

test('of an API that shows changes late, a run asks for what the last run may have missed', async () => {
  await world.deploy('await nango.log(`since ${nango.lastSyncDate.toISOString()}`)', {
    integration: { consistencyLagMs: 60_000 },
  })
  const { runId } = await world.run({ lastSyncAtMs: Date.UTC(2026, 0, 1) })
  expect(world.log(runId)).toContain('info since 2025-12-31T23:59:00.000Z')
})

test('what is missing ends the run with its name', async () => {
  await world.deploy('')
  await world.catalog.syncs.update((sync) => ({ ...sync, bundle: '0'.repeat(64) }), 'dev', 'api', 'demo')
  await eventually(async () => {
    expect(await world.run()).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: expect.stringContaining('no bundle'),
    })
  })
  await world.catalog.connections.delete('dev', 'api', 'demo')
  await eventually(async () => {
    expect(await world.run()).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: "there is no connection 'demo'",
    })
  })
})

test.each([
  ['process.exit(0)', RunOutcome.EXITED, 'code 0'],
  ['process.abort()', RunOutcome.CRASHED, 'SIGABRT'],
  ['for (;;);', RunOutcome.EVENT_LOOP_BLOCKED, '2 seconds'],
])(
  '%s ends the run by its own name, with the limit and the last lines of its log',
  async (code, outcome, text) => {
    await using strict = await createWorld({ RUN_BLOCKED_MS: '2000' })
    await strict.deploy(`await nango.log('page 7'); ${code}`)
    const end = await strict.run()
    expect(end).toMatchObject({ outcome, error: expect.stringContaining(text) })
    expect(end.lastLines).toContain('info page 7')
    expect(end.lastLines.at(-1)).toContain(text)
  },
)

test('the scheduler hears what stands around functions', async () => {
  await world.deploy('')
  expect((await world.run()).lastLines).toEqual([])
  const { runner } = world.standIns.scheduler
  expect(levels).toContain(runner?.sandbox)
  expect(world.runner.facts).toEqual({ sandbox: runner?.sandbox })
})

test('a cancelled run ends with the reason; heartbeats carry the counts', async () => {
  await world.deploy(`await nango.batchSave([{ id: '1' }], 'Thing'); await new Promise(() => {})`)
  const runId = await world.request()
  const { heartbeats, runs } = world.standIns.scheduler
  await eventually(() =>
    expect(heartbeats.at(-1)?.beats).toMatchObject([{ runId, attempt: 1, counts: [{ added: 1 }] }]),
  )
  const run = runs.get(runId)
  if (run) run.stopReason = 'a newer run has begun'
  await eventually(() =>
    expect(world.finished.find((end) => end.runId === runId)).toMatchObject({
      outcome: RunOutcome.CANCELLED,
      error: 'a newer run has begun',
    }),
  )
})

test('an attempt that was taken over stops and says nothing of an end', async () => {
  world.standIns.onSave = () => {
    throw new AppError('fenced', 'attempt 1 was taken over')
  }
  await world.deploy(`await nango.batchSave([{ id: '1' }], 'Thing')`)
  const runId = await world.request()
  await eventually(() => expect(world.log(runId).at(-1)).toContain('replaced after'))
  // A report would have come long before the end of the next run.
  await world.deploy('')
  await world.run()
  expect(world.finished.some((end) => end.runId === runId)).toBe(false)
})

/** Bytes on the channel, past the harness: what a function can always send. */
const forged = (message: string) => `
  const json = JSON.stringify(${message})
  const frame = Buffer.alloc(4 + Buffer.byteLength(json))
  frame.writeUInt32BE(frame.length - 4)
  frame.write(json, 4)
  const { writeSync } = process.getBuiltinModule('node:fs')
  for (let at = 0; at < frame.length; ) try { at += writeSync(3, frame, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
  await new Promise(() => {})`

test.each([
  ['thrown', `throw Object.assign(new Error('forged'), { code: 'fenced' })`],
  [
    'sent past the harness',
    forged(`{ t: 'threw', run: 1, error: { name: 'AppError', message: 'forged', code: 'fenced' } }`),
  ],
])('an error with a code of ours that is %s ends the run as any other', async (_, code) => {
  await world.deploy(code)
  expect(await world.run()).toMatchObject({ outcome: RunOutcome.FAILED, error: 'forged' })
})

test('a run that ends with an error of 7 MiB has an end, with the beginning of the error', async () => {
  await world.deploy(
    `const text = 'x'.repeat(7 << 18); ${forged(`{ t: 'threw', run: 1, error: { name: 'E', message: text, stack: text + text + text } }`)}`,
  )
  const end = await world.run()
  expect(end).toMatchObject({ outcome: RunOutcome.FAILED, error: expect.stringMatching(/^x{4000}… \(/) })
  expect(AttemptReport.encode(end).finish().length).toBeLessThan(100_000)
})

test('any number of warnings fits into the end of a run', async () => {
  world.standIns.put('Thing', things(200))
  await world.deploy(`
    for (let n = 0; n < 2000; n++) {
      await nango.trackDeletesStart('Thing')
      await nango.trackDeletesEnd('Thing')
    }`)
  const end = await world.run()
  expect(end.outcome).toBe(RunOutcome.SUCCESS)
  expect(AttemptReport.encode(end).finish().length).toBeLessThan(100_000)
})

test('a secret that does not decrypt ends the run at once, and says which one', async () => {
  await world.deploy('', { connection: { sealedCredentials: 'v1.test.AAAA' } })
  expect(await world.run()).toMatchObject({
    outcome: RunOutcome.FAILED,
    attempt: 1,
    error: expect.stringContaining("the secret at 'connection:dev/api/demo' does not open"),
  })
  await world.deploy('', { credentials: { type: 'UNKNOWN', password: 'hunter2' } })
  const end = await world.run()
  expect(end).toMatchObject({ outcome: RunOutcome.FAILED, attempt: 1 })
  expect(JSON.stringify([end, world.log(end.runId)])).not.toContain('hunter2')
})

test('a record that is too large or too deep for a message, or is no JSON, never stops its neighbours', async () => {
  await world.deploy(
    `let deep = 1; for (let n = 0; n < 600; n++) deep = [deep]
     const cyclic = { id: 'cyclic' }; cyclic.self = cyclic
     const texts = { id: 'text', ['cut \\ud83d']: 'cut \\ud83d', digits: 9007199254740993n }
     const bad = [{ id: 'deep', deep }, { id: 'large', text: 'x'.repeat(16e6) }, { id: 'nan', v: JSON.parse('1e400') }, cyclic]
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

test('when the scheduler is silent for longer than the lease, the attempt stops and another follows', async () => {
  await using lonely = await createWorld({ RUN_LEASE_MS: '1000' })
  await lonely.deploy(`await new Promise((resolve) => setTimeout(resolve, nango.lastSyncDate ? 0 : 20_000))`)
  const { scheduler } = lonely.standIns
  scheduler.onCall = (name) => {
    if (name === 'heartbeat') throw new AppError('unavailable', 'away')
  }
  const runId = await lonely.request()
  await eventually(() => expect(scheduler.runs.get(runId)?.attempt).toBe(2), { timeoutMs: 15_000 })
  expect(scheduler.handedBack).toMatchObject([
    {
      attempt: 1,
      handBackReason: HandBackReason.STORE_UNAVAILABLE,
      error: 'no scheduler has answered for 1 s',
    },
  ])
  expect(lonely.finished).toEqual([])
})

test('a runner that is stopped leaves its runs to another', async () => {
  await using two = await createWorld()
  await two.deploy(`
    const before = await nango.getCheckpoint()
    await nango.saveCheckpoint({ attempts: (before?.attempts ?? 0) + 1 })
    if (!before) await new Promise((resolve) => setTimeout(resolve, 20_000))`)
  const runId = await two.request()
  await eventually(() => expect(two.standIns.calls).toContain('checkpoint {"attempts":1}'))
  const stopping = two.runner[Symbol.asyncDispose]()
  await two.startRunner()
  await stopping
  await eventually(() => expect(two.finished).toMatchObject([{ runId, attempt: 2, ...SUCCESS }]))
})

test('no more runs are in work than there are slots, and all get done', async () => {
  await using narrow = await createWorld({ RUNNER_SLOTS: '2' })
  await narrow.deploy(`await nango.batchSave([{ id: '1' }], 'Thing')`)
  let [now, most] = [0, 0]
  const two = Promise.withResolvers<void>()
  narrow.standIns.onSave = async () => {
    most = Math.max(most, ++now)
    // The first waits for a second one, however slowly that starts; a third would be seen in the time after.
    if (now === 2) two.resolve()
    await two.promise
    await new Promise((resolve) => setTimeout(resolve, 50))
    now--
  }
  await Promise.all(Array.from({ length: 6 }, (_, i) => narrow.run({ variant: `v${i}` })))
  expect(most).toBe(2)
})
