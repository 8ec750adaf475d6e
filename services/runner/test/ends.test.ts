import { AppError } from '@syncline/errors'
import { AttemptReport, RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { sharedWorld, things } from './shared-world.ts'
import { createWorld } from './world.ts'

const world = sharedWorld()

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
    'an id to delete of 1 025 characters',
    `await nango.batchDelete([{ id: 'x'.repeat(1025) }], 'Thing')`,
    "record 0 of model 'Thing' (id 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…') has an id of 1025 characters, 1024 are allowed",
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
    'a strategy that there is not',
    `await nango.setMergingStrategy({ strategy: 'newest' }, 'Thing')`,
    'setMergingStrategy: strategy: Invalid option: expected one of "override"|"ignore_if_modified_after"',
  ],
  ['a lock without a key', `await nango.tryAcquireLock({ key: '', ttlMs: 1 })`, 'tryAcquireLock: key: '],
  ['a lock that never ends', `await nango.tryAcquireLock({ key: 'k', ttlMs: 1e9 })`, 'ttlMs: Too big'],
  ['a lock that has ended', `await nango.tryAcquireLock({ key: 'k', ttlMs: 0 })`, 'ttlMs: Too small'],
  ['a sync that there is not', `await nango.triggerSync('api', 'demo', 'other')`, "'other'"],
  ['a connection that there is not', `await nango.startSync('api', ['demo'], 'other')`, "'other'"],
  ['an action that there is not', `await nango.triggerAction('api', 'demo', 'other')`, "'other'"],
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
  ['for (;;);', RunOutcome.EVENT_LOOP_BLOCKED, '4 seconds'],
])(
  '%s ends the run by its own name, with the limit and the last lines of its log',
  async (code, outcome, text) => {
    const isBlocked = outcome === RunOutcome.EVENT_LOOP_BLOCKED
    await using strict = await createWorld(isBlocked ? { RUN_BLOCKED_MS: '4000' } : {})
    await strict.deploy(`await nango.log('page 7'); ${code}`)
    const end = await strict.run()
    expect(end).toMatchObject({ outcome, error: expect.stringContaining(text) })
    expect(end.lastLines).toContain('info page 7')
    expect(end.lastLines.at(-1)).toContain(text)
  },
)

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

test('any number of warnings fits into the end of a run: it has twenty', async () => {
  world.standIns.put('Thing', things(200))
  await world.deploy(`
    for (let n = 0; n < 60; n++) {
      await nango.trackDeletesStart('Thing')
      await nango.trackDeletesEnd('Thing')
    }`)
  const end = await world.run()
  expect(end.outcome).toBe(RunOutcome.SUCCESS)
  expect(end.error.split('; ')).toHaveLength(20)
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
