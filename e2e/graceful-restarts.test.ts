import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import { startService, supervise } from '@syncline/launcher'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ExampleSystem, startExampleSystem } from './example-system.ts'
import { json, type StandInApi, startStandInApi } from './stand-in-api.ts'

// A runner that is stopped gives its runs back. A run longer than any runner lives gets on all the same.

const RESTARTS = 6 // one more than attempts without progress may be
const open = new AsyncDisposableStack()
let example: ExampleSystem
let api: StandInApi
/** Steps that a function may go; each asks for one. */
let allowed = 0

beforeAll(async () => {
  api = open.use(await startStandInApi())
  example = open.use(
    await startExampleSystem({ items: [], egress: [api.host], env: { RUNNER_DRAIN_MS: '300' } }),
  )
  await example.client.integrations.create({ uniqueKey: 'long', provider: 'long', baseUrl: api.url })
  const folder = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-long-'))).path
  await mkdir(join(folder, 'long/syncs'), { recursive: true })
  await writeFile(join(folder, 'long/syncs/long.ts'), program)
  await deploy(folder, example.system.url, example.key)
  api.on('/allowed', (_, response) => json(response, { allowed }))
  const credentials = { type: 'NONE' as const }
  await example.client.connections.create({ providerConfigKey: 'long', connectionId: 'c', credentials })
})
afterAll(() => open.disposeAsync())

const status = async () => (await example.client.syncStatus('long', ['long'], 'c')).syncs[0]
const runs = async () =>
  (await example.client.runs.list({ providerConfigKey: 'long', sync: 'long', connectionId: 'c' })).runs
const stepIs = (step: number) =>
  eventually(async () => expect((await status())?.checkpoint).toEqual({ step }), {
    timeoutMs: 120_000,
    everyMs: 50,
  })

test(`a run whose checkpoint moves survives ${RESTARTS} restarts of its runner`, async () => {
  await example.client.triggerSync('long', ['long'], 'c')
  for (let restart = 1; restart <= RESTARTS; restart++) {
    allowed = restart
    await stepIs(restart)
    const before = example.system.processes.get('runner')?.pid as number // it has one
    process.kill(before, 'SIGTERM')
    await eventually(() => expect(example.system.processes.get('runner')?.pid).not.toBe(before), {
      timeoutMs: 120_000,
    })
  }
  allowed = 1000
  const run = await eventually(
    async () => {
      const [newest] = await runs()
      expect(newest?.state).toBe('ended')
      return newest
    },
    { timeoutMs: 120_000 },
  )
  expect(run).toMatchObject({ reason: null, error: null })
  expect(run?.attempt).toBeGreaterThan(RESTARTS)
  expect((await runs()).map(({ reason }) => reason)).not.toContain('lost')
}, 300_000)

test('a runner that is drained leaves its run to one that was added, and nothing is repeated', async () => {
  allowed = 2
  await example.client.triggerSync('long', ['long'], 'c')
  await stepIs(2)
  const [{ id = '' } = {}] = await runs()
  const { system } = example
  const fixed = { env: system.serviceEnv.runner, log: `${system.dir}/logs/runner-2.log` }
  await using added = await supervise((opsPort) => startService('runner', { ...fixed, opsPort }))
  const first = system.processes.get('runner')?.pid as number // it has one
  // The launcher starts the first one again at once; it may not be faster than the one that is there.
  process.kill(first, 'SIGTERM')
  await eventually(
    async () => {
      const run = (await runs()).find((each) => each.id === id)
      expect(run).toMatchObject({ state: 'running', attempt: 2 })
    },
    { timeoutMs: 120_000 },
  )
  allowed = 1000
  await eventually(
    async () =>
      expect((await runs()).find((each) => each.id === id)).toMatchObject({ state: 'ended', reason: null }),
    { timeoutMs: 120_000 },
  )
  expect(added.pid).toBeGreaterThan(0)
})

const program = `
  import { createSync } from 'nango'
  import { z } from 'zod'
  export default createSync({
    description: '', frequency: 'every day', autoStart: false, models: { Thing: z.object({ id: z.string() }) },
    checkpoint: z.object({ step: z.number() }),
    exec: async (nango) => {
      const { step = 0 } = (await nango.getCheckpoint()) ?? {}
      for (let next = step + 1; next <= ${RESTARTS + 2}; next++) {
        for (;;) {
          const { data } = await nango.get({ endpoint: '/allowed' })
          if (data.allowed >= next) break
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        await nango.saveCheckpoint({ step: next })
      }
      await nango.clearCheckpoint()
    },
  })
`
