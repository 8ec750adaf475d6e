import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AttemptReport, HandBackReason, RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { createWorld, type World } from './world.ts'

const SUCCESS = { outcome: RunOutcome.SUCCESS, error: '' }
/** What a runner reports of an attempt when it knows that the API wants no calls yet. */
const NOT_BEGUN = { outcome: RunOutcome.THROTTLED, hasBegun: false }
const MINUTE_MS = 60_000

type Answer = (response: ServerResponse, times: number, path: string) => void

/** An API: `/ok` answers, and each other path as `answer` says. `seen` has the paths of all requests. */
async function openApi(answer: Answer = limit(600)) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    seen.push(path)
    if (path === '/ok') json(response, 200)
    else answer(response, seen.filter((one) => one === path).length, path)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const json = (response: ServerResponse, status: number, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{}')
/** 429 for the first time, or always. */
const limit = (seconds: number) => (response: ServerResponse) => {
  json(response, 429, { 'retry-after': String(seconds) })
}
const limitOnce = (seconds: number) => (response: ServerResponse, times: number) => {
  if (times === 1) limit(seconds)(response)
  else json(response, 200)
}

/** Refuses until the test lets calls pass: what has to happen while a run waits happens, however slow the machine is. */
function gate(refuse: Answer = limit(4)) {
  let isOpen = false
  const answer: Answer = (response, ...request) => {
    if (isOpen) json(response, 200)
    else refuse(response, ...request)
  }
  const open = () => {
    isOpen = true
  }
  return { answer, open }
}

const call = (path: string) => `await nango.get({ endpoint: '${path}', retries: 10 })`
const saved = (id: string) => `await nango.batchSave([{ id: '${id}' }], 'Thing')`

test.concurrent('connections whose API wants them to wait for minutes do not delay a sync of another API', async () => {
  await using api = await openApi((response, _, path) =>
    path === '/403' ? json(response, 403) : limit(600)(response),
  )
  await using world = await createWorld({ RUNNER_SLOTS: '2', RUNNER_MAX_PARKED: '0' })
  const retry = { statuses: [403], at: 'x-ratelimit-reset' }
  await world.deploy(`${call('/429')}`, { integration: { baseUrl: api.url } })
  await world.deploy(call('/403'), { api: 'plain', integration: { baseUrl: api.url, retry } })
  await world.deploy(saved('1'), { api: 'other' })
  const limited = await Promise.all([1, 2, 3, 4].map((n) => world.request({ variant: `v${n}` })))
  await world.request({ api: 'plain' })
  await eventually(() => expect(api.seen).toContain('/429'))
  expect(await world.run({ api: 'other' })).toMatchObject(SUCCESS)

  for (const run of limited) {
    const end = await world.ended(run)
    // Refused itself, or not begun because another one was.
    expect(end).toMatchObject({ outcome: RunOutcome.THROTTLED, error: expect.stringMatching(/429|quota/) })
    const waitMs = (end.resumeAtMs ?? 0) - end.finishedAtMs
    // Ten minutes from when the API said so: up to a minute before.
    expect(waitMs).toBeGreaterThan(9 * MINUTE_MS)
    expect(waitMs).toBeLessThan(10.5 * MINUTE_MS)
  }
})

test.concurrent('a run that would lose what it has keeps its process, gives up its slot and goes on where it was', async () => {
  const { answer, open } = gate()
  await using api = await openApi(answer)
  await using world = await createWorld({ RUNNER_SLOTS: '1' })
  await world.deploy(`${call('/ok')}; ${call('/limited')}; ${saved('after')}`, {
    integration: { baseUrl: api.url },
  })
  await world.deploy(saved('other'), { api: 'other' })
  const run = await world.request()
  await eventually(() => expect(api.seen).toContain('/limited'))
  expect(await world.run({ api: 'other' })).toMatchObject(SUCCESS)

  open()
  expect(await world.ended(run)).toMatchObject({ ...SUCCESS, attempt: 1 })
  expect(api.seen.filter((path) => path === '/ok')).toHaveLength(1)
  expect(savedIn(world)).toEqual(['after'])
  expect(world.log(run).join('\n')).toMatch(/info waits \d+\.\d s for its API, without a slot: GET \/limited/)
  expect(world.standIns.scheduler.active).toEqual([])
})

test.concurrent('a parked run gets its slot back before a run that has not begun', async () => {
  const { answer, open } = gate()
  await using api = await openApi(answer)
  await using world = await createWorld({ RUNNER_SLOTS: '1' })
  await world.deploy(`${call('/ok')}; ${call('/limited')}; ${saved('parked')}`, {
    integration: { baseUrl: api.url },
  })
  await world.deploy(saved('other'), { api: 'other' })
  const firstSave = Promise.withResolvers<void>()
  const saves: string[] = []
  world.standIns.onSave = async (request) => {
    saves.push(request.batch?.ids[0] ?? '')
    if (saves.length === 1) await firstSave.promise
  }
  const run = await parkedRun(world)
  const [first, second] = [await world.request({ api: 'other' }), await world.request({ api: 'other' })]
  await eventually(() => expect(saves).toEqual(['other']))
  open()
  // Timers of this process end in their order: by then the parked run has asked for the slot that the first one has.
  await eventually(() => expect(Date.now()).toBeGreaterThan(parkedUntil(world, run) + 1000))
  firstSave.resolve()
  for (const id of [run, first, second]) expect(await world.ended(id)).toMatchObject(SUCCESS)
  expect(saves).toEqual(['other', 'parked', 'other'])
})

test.concurrent('a run with a checkpoint ends as throttled and comes back at its checkpoint', async () => {
  await using api = await openApi(limitOnce(4))
  await using world = await createWorld()
  await world.deploy(
    `const before = await nango.getCheckpoint()
     if (!before) { ${call('/ok')}; ${call('/ok')}; await nango.saveCheckpoint({ page: 2 }) }
     ${call('/limited')}; ${saved('end')}`,
    { integration: { baseUrl: api.url } },
  )
  const run = await world.request()
  const end = await world.ended(run)
  expect(end).toMatchObject({ outcome: RunOutcome.THROTTLED, attempt: 1, hasBegun: true })
  await resumed(world, end)
  expect(await world.ended(run, 2)).toMatchObject(SUCCESS)
  expect(api.seen).toEqual(['/ok', '/ok', '/limited', '/limited'])
})

test.concurrent('a run that has created something since its checkpoint does not create it twice', async () => {
  await using api = await openApi(limitOnce(4))
  await using world = await createWorld()
  await world.deploy(
    `await nango.saveCheckpoint({ page: 2 })
     await nango.post({ endpoint: '/ok' }); ${call('/limited')}; ${saved('end')}`,
    { integration: { baseUrl: api.url } },
  )
  expect(await world.run()).toMatchObject({ ...SUCCESS, attempt: 1 })
  expect(api.seen).toEqual(['/ok', '/limited', '/limited'])
})

test.concurrent('calls that wait leave room for other requests of the run', async () => {
  const { answer, open } = gate()
  await using api = await openApi(answer)
  await using world = await createWorld()
  const paths = [1, 2, 3, 4, 5, 6].map((n) => call(`/limited?${n}`).replace('await ', ''))
  await world.deploy(
    `${call('/ok')}
     const waiting = [${paths}]
     await new Promise((resolve) => setTimeout(resolve, 1000))
     await nango.uncontrolledFetch({ url: new URL('${api.url}/ok') })
     ${saved('other')}
     await Promise.all(waiting)`,
    { integration: { baseUrl: api.url } },
  )
  const run = await world.request()
  await eventually(() => expect(savedIn(world)).toEqual(['other']))
  // Calls that begin after the first 429 came wait without being sent: all six are in work, however many were sent.
  expect(api.seen.filter((path) => path.startsWith('/limited'))).not.toEqual([])
  open()
  expect(await world.ended(run)).toMatchObject(SUCCESS)
})

test.concurrent('a throttled run that goes on at the checkpoint of an earlier run deletes nothing by what it saved itself', async () => {
  await using api = await openApi(limitOnce(4))
  await using world = await createWorld()
  world.standIns.put(
    'Thing',
    ['1', '2', '3'].map((id) => ({ id })),
  )
  await world.deploy(`await nango.getCheckpoint(); ${call('/limited')}; ${saved('3')}`, {
    integration: { baseUrl: api.url },
    trackDeletes: true,
  })
  const run = await world.request({ checkpoint: '{"page":3}' })
  await resumed(world, await world.ended(run))
  expect(await world.ended(run, 2)).toMatchObject({ outcome: RunOutcome.SUCCESS, counts: [{ deleted: 0 }] })
  expect(savedIn(world)).toEqual(['1', '2', '3'])
})

test.concurrent('without a place a run waits in its slot, and no other run of its API begins meanwhile', async () => {
  // It says nothing of a quota, so only this runner knows that the API is better left alone.
  const { answer, open } = gate((response) => json(response, 503, { 'retry-after': '6' }))
  await using api = await openApi(answer)
  await using world = await createWorld({ RUNNER_SLOTS: '2', RUNNER_MAX_PARKED: '0' })
  await world.deploy(`if (nango.variant !== 'next') { ${call('/ok')}; ${call('/limited')} }`, {
    integration: { baseUrl: api.url },
  })
  await world.deploy(saved('1'), { api: 'other' })
  const run = await world.request()
  await eventually(() => expect(api.seen).toContain('/limited'))
  // One that comes while the first one does not wait for long begins.
  await eventually(async () =>
    expect(await world.run({ variant: 'next' })).toMatchObject({
      outcome: RunOutcome.THROTTLED,
      hasBegun: false,
      error: expect.stringContaining("another run of 'api' waits"),
    }),
  )
  expect(await world.run({ api: 'other' })).toMatchObject(SUCCESS)
  open()
  expect(await world.ended(run)).toMatchObject({ ...SUCCESS, attempt: 1 })
})

test.concurrent('calls that count their tries go on counting: the run is not begun anew', async () => {
  await using api = await openApi((response) => json(response, 500))
  await using world = await createWorld({ RUNNER_SLOTS: '1' })
  await world.deploy(`await nango.get({ endpoint: '/broken', retries: 2 })`, {
    integration: { baseUrl: api.url },
  })
  await world.deploy(saved('1'), { api: 'other' })
  const run = await world.request()
  await eventually(() => expect(api.seen).toContain('/broken'))
  expect(await world.run({ api: 'other' })).toMatchObject(SUCCESS)
  expect(await world.ended(run)).toMatchObject({ outcome: RunOutcome.FAILED, attempt: 1 })
  expect(api.seen).toEqual(['/broken', '/broken', '/broken'])
})

test.concurrent('a runner tells the scheduler of a parked run, and what it waits for', async () => {
  const { answer, open } = gate()
  await using api = await openApi(answer)
  await using world = await createWorld()
  await deployParked(world, api.url)
  const run = await world.request()
  const { heartbeats } = world.standIns.scheduler
  const parked = expect.stringContaining('GET /limited')
  await eventually(() =>
    expect(heartbeats.flatMap(({ beats }) => beats)).toContainEqual(
      expect.objectContaining({ runId: run, parked }),
    ),
  )
  open()
  expect(await world.ended(run)).toMatchObject({ ...SUCCESS, attempt: 1 })
})

test.concurrent('a run of which one call works and others wait keeps its slot until all of them wait', async () => {
  const slow = Promise.withResolvers<ServerResponse>()
  const { answer, open } = gate()
  await using api = await openApi((response, times, path) => {
    if (path === '/slow') slow.resolve(response)
    else answer(response, times, path)
  })
  await using world = await createWorld({ RUNNER_SLOTS: '1' })
  const paths = ['/limited', '/limited?2', '/slow'].map((path) => call(path).replace('await ', ''))
  await world.deploy(`${call('/ok')}; await Promise.all([${paths}])`, { integration: { baseUrl: api.url } })
  await world.deploy(saved('1'), { api: 'other' })
  const run = await world.request()
  const response = await slow.promise
  await eventually(() => expect(api.seen).toContain('/limited?2'))
  const other = await world.request({ api: 'other' })
  await sleep(2500) // for longer than a run waits in its slot
  expect(world.standIns.scheduler.runs.get(other)?.attempt).toBe(0)
  json(response, 200)
  expect(await world.ended(other)).toMatchObject(SUCCESS)
  open()
  expect(await world.ended(run)).toMatchObject({ ...SUCCESS, attempt: 1 })
})

test.concurrent('a function may do other things beside a call that waits', async () => {
  const { answer, open } = gate(limit(8))
  await using api = await openApi(answer)
  await using world = await createWorld({ RUNNER_SLOTS: '1' })
  await world.deploy(
    `${call('/ok')}
     const slow = ${call('/limited').replace('await ', '')}
     for (const id of ['a', 'b']) {
       await new Promise((resolve) => setTimeout(resolve, 1000))
       await nango.batchSave([{ id }], 'Thing')
     }
     await slow`,
    { integration: { baseUrl: api.url } },
  )
  const run = await world.request()
  await eventually(() => expect(savedIn(world)).toEqual(['a', 'b']))
  // It was parked before it saved, and is again.
  await eventually(() =>
    expect(world.log(run).filter((line) => line.includes('without a slot')).length).toBeGreaterThan(1),
  )
  open()
  expect(await world.ended(run)).toMatchObject({ ...SUCCESS, attempt: 1 })
})

test.concurrent('a runner that is stopped leaves its parked runs to another at once', async () => {
  await using api = await openApi((response, times) =>
    times < 3 ? limit(600)(response) : json(response, 200),
  )
  await using world = await createWorld({
    RUNNER_SLOTS: '1',
    RUNNER_DRAIN_MS: '120000',
    STOP_TIMEOUT_MS: '150000',
  })
  await deployParked(world, api.url)
  const run = await parkedRun(world)
  const startedAt = Date.now()
  await world.runner[Symbol.asyncDispose]()
  expect(Date.now() - startedAt).toBeLessThan(60_000) // others may go on for two minutes
  expect(world.finished).toEqual([])
  expect(world.standIns.scheduler.handedBack).toMatchObject([
    { attempt: 1, handBackReason: HandBackReason.DRAINING, hasBegun: true },
  ])
  expect(world.log(run).at(-1)).toContain('this runner is stopping')
  await world.startRunner()
  // The other runner knows what the first one has learned.
  expect(await world.ended(run)).toMatchObject({ ...NOT_BEGUN, attempt: 2 })
})

test.concurrent('a run whose runner is killed while it is parked goes on with another runner', async () => {
  await using api = await openApi(limitOnce(600))
  await using world = await createWorld({ RUNNER_SLOTS: '1' })
  await deployParked(world, api.url)
  await world.runner[Symbol.asyncDispose]()
  const main = join(import.meta.dirname, '../src/main.ts')
  const runner = spawn(process.execPath, ['--no-warnings', main], {
    env: { PATH: process.env.PATH, ...world.env, OPS_PORT: '0' },
    stdio: 'ignore',
  })
  const exited = once(runner, 'exit')
  const run = await parkedRun(world).finally(() => runner.kill('SIGKILL'))
  await exited
  await world.startRunner()
  world.standIns.scheduler.requeue(run) // its lease has ended
  expect(await world.ended(run)).toMatchObject({ ...NOT_BEGUN, attempt: 2 })
})

/** As the scheduler does it: when the time has come. */
async function resumed(world: World, end: AttemptReport): Promise<void> {
  await sleep(Math.max(0, (end.resumeAtMs ?? 0) - Date.now()))
  world.standIns.scheduler.requeue(end.runId)
}

const savedIn = (world: World) => world.standIns.saved('Thing').map(({ id }) => id)

const deployParked = (world: World, baseUrl: string) =>
  world.deploy(`${call('/ok')}; ${call('/limited')}`, { integration: { baseUrl } })

async function parkedRun(world: World): Promise<string> {
  const run = await world.request()
  await eventually(() => expect(world.log(run).join('\n')).toContain('without a slot'))
  return run
}

/** When the wait is over that a run has logged last. */
function parkedUntil({ standIns }: World, run: string): number {
  const ends = standIns.lines.flatMap(({ runId, atMs, message }) => {
    const seconds = runId === run && /waits ([\d.]+) s .*without a slot/.exec(message)?.[1]
    return seconds ? [atMs + Number(seconds) * 1000] : []
  })
  return Math.max(...ends)
}
