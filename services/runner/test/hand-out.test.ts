import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkKeyring, Keyring } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { HandBackReason, RunOutcome, Stop } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { createWorld, type World } from './world.ts'

const SUCCESS = { outcome: RunOutcome.SUCCESS, error: '' }
const FOR_EVER = 'await new Promise(() => {})'
const saved = (id: string) => `await nango.batchSave([{ id: '${id}' }], 'Thing')`

const begun = (world: World, runId: string, attempt = 1) =>
  eventually(() =>
    expect(world.log(runId).join('\n')).toContain(`attempt ${attempt} of 'demo' for connection 'demo'`),
  )

function sendStop(world: World, stop: Stop) {
  const random = world.standIns.scheduler.runner?.id.split('/')[2]
  world.bus.connection.publish(`${world.bus.prefix}.stop.${random}`, Stop.encode(stop).finish())
}

/** A runner that may be stopped and killed. */
function startProcess(env: NodeJS.ProcessEnv) {
  const main = join(import.meta.dirname, '../src/main.ts')
  const child = spawn(process.execPath, ['--no-warnings', main], {
    env: { PATH: process.env.PATH, ...env, OPS_PORT: '0' },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

test('a run that is cancelled is killed at once, whatever it is doing', async () => {
  await using world = await createWorld()
  await world.deploy(`await nango.log('goes'); for (;;);`)
  const { scheduler } = world.standIns
  let askedAt = 0
  const tookMs: number[] = []
  scheduler.onCall = (name) => {
    if (name === 'endAttempt') tookMs.push(performance.now() - askedAt)
  }
  const cancelled = async () => {
    const runId = await world.request()
    await begun(world, runId)
    askedAt = performance.now()
    sendStop(world, { runId, attempt: 1, reason: 'cancelled by a person' })
    // No heartbeat says so, and a function that blocks its loop is ended after 20 s, as something else.
    const end = await world.ended(runId)
    expect(end).toMatchObject({ outcome: RunOutcome.CANCELLED, error: 'cancelled by a person' })
  }
  await cancelled()
  // A machine that has much else to do may be late; a wait in our code, as for a heartbeat, would be there each time.
  while (Math.min(...tookMs) >= 1000 && tookMs.length < 10) await cancelled()
  expect(Math.min(...tookMs)).toBeLessThan(1000)
})

test('a stop of an unknown run or of an earlier attempt, and one that is unreadable, stop nothing', async () => {
  await using world = await createWorld()
  await world.deploy(FOR_EVER)
  const runId = await world.request()
  await begun(world, runId)
  const random = world.standIns.scheduler.runner?.id.split('/')[2]
  world.bus.connection.publish(`${world.bus.prefix}.stop.${random}`, Buffer.from([0xff, 0xff, 0xff]))
  sendStop(world, { runId: 'unknown', attempt: 1, reason: 'cancelled' })
  sendStop(world, { runId, attempt: 7, reason: 'cancelled' })
  sendStop(world, { runId, attempt: 1, reason: 'the only one' })
  expect(await world.ended(runId)).toMatchObject({ error: 'the only one' })
})

test('of a run that a runner gets twice, the newer attempt goes on and the older one stops', async () => {
  await using world = await createWorld()
  await world.deploy(`if (!nango.lastSyncDate) ${FOR_EVER}`)
  const runId = await world.request()
  await begun(world, runId)
  const { scheduler } = world.standIns
  const run = scheduler.runs.get(runId)
  if (run) run.lastSyncAtMs = 1000
  scheduler.requeue(runId)
  expect(await world.ended(runId)).toMatchObject({ attempt: 2, ...SUCCESS })
  await eventually(() => expect(world.log(runId).join('\n')).toContain('replaced after'))
  expect(world.finished).toHaveLength(1)
})

test('a runner asks for as many runs as it has slots free, and keeps a reserved one for those it is for', async () => {
  await using world = await createWorld({ RUNNER_SLOTS: '2', RUNNER_RESERVED_SLOTS: '1' })
  const { scheduler } = world.standIns
  await world.deploy(`if (nango.variant !== 'small') ${FOR_EVER}`)
  const long = await Promise.all([1, 2, 3].map((n) => world.request({ variant: `v${n}` })))
  for (const runId of long.slice(0, 2)) await begun(world, runId)
  await eventually(() => expect(scheduler.takes.at(-1)).toMatchObject({ freeSlots: 0, freeReservedSlots: 1 }))
  expect(scheduler.runner).toMatchObject({ slots: 2, reservedSlots: 1 })
  expect(await world.run({ variant: 'small', reservedSlot: true })).toMatchObject(SUCCESS)
  expect(scheduler.runs.get(long[2] ?? '')?.state).toBe('queued')
})

test('runs are found without any notice, by the next call', async () => {
  await using world = await createWorld()
  world.standIns.scheduler.onQueued = () => {}
  await world.deploy('')
  expect(await world.run()).toMatchObject(SUCCESS)
})

test('a scheduler that is away holds the end of a run and its slot, and both go on when it is back', async () => {
  await using world = await createWorld({ RUNNER_SLOTS: '1', RUNNER_RESERVED_SLOTS: '0' })
  const { scheduler } = world.standIns
  await world.deploy(saved('1'))
  let tries = 0
  scheduler.onCall = (name) => {
    if (name === 'endAttempt') throw new AppError(tries++ % 2 === 0 ? 'unavailable' : 'server_error', 'away')
  }
  const [first, second] = [await world.request(), await world.request({ variant: 'b' })]
  await eventually(() => expect(tries).toBeGreaterThan(2))
  expect(scheduler.runs.get(second)?.state).toBe('queued')
  scheduler.onCall = () => {}
  expect(await world.ended(first)).toMatchObject(SUCCESS)
  expect(await world.ended(second)).toMatchObject(SUCCESS)
})

test('a runner that stops does not wait for ever for a scheduler that is away', async () => {
  await using world = await createWorld()
  const { scheduler } = world.standIns
  await world.deploy('')
  scheduler.onCall = (name) => {
    if (name === 'endAttempt') throw new AppError('unavailable', 'away')
  }
  const runId = await world.request()
  await eventually(() => expect(world.log(runId).join('\n')).toContain('ended after'))
  const startedAt = performance.now()
  await world.runner[Symbol.asyncDispose]()
  expect(performance.now() - startedAt).toBeLessThan(90_000) // reports are repeated for an hour
})

test('runs that arrive when the runner stops go back at once', async () => {
  await using world = await createWorld({ RUNNER_DRAIN_MS: '15000' })
  const { scheduler } = world.standIns
  await world.deploy('')
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  scheduler.onCall = (name) => {
    if (name !== 'takeRuns') return undefined
    asked.resolve()
    return answer.promise
  }
  const runId = await world.request()
  await asked.promise
  const stopping = world.runner[Symbol.asyncDispose]()
  answer.resolve()
  await stopping
  expect(scheduler.handedBack).toMatchObject([
    { runId, attempt: 1, handBackReason: HandBackReason.DRAINING, hasBegun: false },
  ])
  scheduler.onCall = () => {}
  await world.startRunner()
  expect(await world.ended(runId)).toMatchObject({ attempt: 2, ...SUCCESS })
})

test('five graceful restarts of its runner do not lose a run whose checkpoint has moved', async () => {
  await using world = await createWorld()
  await world.deploy(`
    const { page } = await nango.getCheckpoint() ?? { page: 0 }
    await nango.batchSave([{ id: String(page) }], 'Thing')
    await nango.saveCheckpoint({ page: page + 1 })
    if (page < 5) ${FOR_EVER}`)
  const runId = await world.request()
  let { runner } = world
  for (let restart = 1; restart <= 5; restart++) {
    await eventually(() => expect(world.standIns.calls).toContain(`checkpoint {"page":${restart}}`))
    const stopping = runner[Symbol.asyncDispose]()
    runner = await world.startRunner()
    await stopping
  }
  expect(await world.ended(runId)).toMatchObject({ attempt: 6, ...SUCCESS })
  expect(world.standIns.scheduler.handedBack.map(({ handBackReason }) => handBackReason)).toEqual(
    Array(5).fill(HandBackReason.DRAINING),
  )
  expect(world.standIns.saved('Thing')).toHaveLength(6)
})

test('a runner that stood still asks the scheduler before it goes on with its runs', async () => {
  let posts = 0
  const server = createServer((_request, response) => {
    posts++
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using world = await createWorld()
  await world.deploy(
    `for (;;) {
       await nango.post({ endpoint: '/' })
       await nango.saveCheckpoint({ at: Date.now() })
       await new Promise((resolve) => setTimeout(resolve, 50))
     }`,
    { integration: { baseUrl: `http://127.0.0.1:${port}` } },
  )
  await world.runner[Symbol.asyncDispose]()
  const { scheduler } = world.standIns
  await using runner = startProcess({ ...world.env, RUN_LEASE_MS: '4000' })
  const runId = await world.request()
  await eventually(() => expect(posts).toBeGreaterThan(3))
  runner.kill('SIGSTOP')
  await sleep(2500) // more than a third of its lease. Its function goes on, and what it asks for waits in the channel
  const before = posts
  const run = scheduler.runs.get(runId)
  if (run) run.stopReason = 'another attempt has taken over'
  const answer = Promise.withResolvers<void>()
  scheduler.onCall = (name) => (['heartbeat', 'takeRuns'].includes(name) ? answer.promise : undefined)
  runner.kill('SIGCONT')
  await sleep(1000)
  expect(posts).toBe(before)
  answer.resolve()
  await eventually(() => expect(world.finished).toMatchObject([{ runId, outcome: RunOutcome.CANCELLED }]))
  server.closeAllConnections()
  server.close()
})

test('a runner with another keyring than the gateway does not start, and says what to do', async () => {
  await using world = await createWorld()
  const sealing = new Keyring(world.env.SYNCLINE_KEYRING ?? '')
  await checkKeyring(world.catalog, sealing, { write: true })
  await expect(world.startRunner({ SYNCLINE_KEYRING: Keyring.generate('test') })).rejects.toThrow(
    'Give this process the same SYNCLINE_KEYRING as the gateway has',
  )
  await world.startRunner()
})
