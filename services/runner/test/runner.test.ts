import { AppError } from '@syncline/errors'
import { HandBackReason, RunOutcome } from '@syncline/proto'
import { levels } from '@syncline/sandbox'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { RUN_NUMBER } from './fake-scheduler.ts'
import { sharedWorld } from './shared-world.ts'
import { createWorld } from './world.ts'

const world = sharedWorld()

const SUCCESS = { outcome: RunOutcome.SUCCESS, error: '' }

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
    { type: 'OAUTH2', access_token: 't', raw: { access_token: 't' } },
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
  const refusal = 'info metadata has n bytes as JSON, and may have 262144'
  // Without the lines of the runner itself.
  expect(world.log(runId).slice(1, -1)).toEqual([refusal, refusal, 'info a'])
})

test('of an API that shows changes late, a run asks for what the last run may have missed', async () => {
  await world.deploy('await nango.log(`since ${nango.lastSyncDate.toISOString()}`)', {
    integration: { consistencyLagMs: 60_000 },
  })
  const { runId } = await world.run({ lastSyncAtMs: Date.UTC(2026, 0, 1) })
  expect(world.log(runId)).toContain('info since 2025-12-31T23:59:00.000Z')
})

test('the scheduler hears what stands around functions', async () => {
  await world.deploy('')
  expect((await world.run()).lastLines).toEqual([])
  const { runner } = world.standIns.scheduler
  expect(levels).toContain(runner?.sandbox)
  expect(world.runner.facts).toEqual({ sandbox: runner?.sandbox })
})

test('when the scheduler is silent for longer than the lease, the attempt stops and another follows', async () => {
  await using lonely = await createWorld({ RUN_LEASE_MS: '1000' })
  await lonely.deploy(`await new Promise(() => {})`)
  const { scheduler } = lonely.standIns
  scheduler.onCall = (name) => {
    if (name === 'heartbeat') throw new AppError('unavailable', 'away')
  }
  const runId = await lonely.request()
  await eventually(() => expect(scheduler.runs.get(runId)?.attempt).toBeGreaterThan(1))
  expect(scheduler.handedBack[0]).toMatchObject({
    attempt: 1,
    handBackReason: HandBackReason.STORE_UNAVAILABLE,
    error: 'no scheduler has answered for 1 s',
  })
  expect(lonely.finished).toEqual([])
})

test('a runner that is stopped leaves its runs to another', async () => {
  await using two = await createWorld()
  await two.deploy(`
    const before = await nango.getCheckpoint()
    await nango.saveCheckpoint({ attempts: (before?.attempts ?? 0) + 1 })
    if (!before) await new Promise(() => {})`)
  const runId = await two.request()
  await eventually(() => expect(two.standIns.calls).toContain('checkpoint {"attempts":1}'))
  const stopping = two.runner[Symbol.asyncDispose]()
  await two.startRunner()
  await stopping
  expect(await two.ended(runId)).toMatchObject({ attempt: 2, ...SUCCESS })
  expect(two.finished).toHaveLength(1)
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
