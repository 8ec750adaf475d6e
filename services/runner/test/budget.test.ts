import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { createWorld, type World } from './world.ts'

const CALLS = 5

test('40 connections share an app budget of 10 requests per second: all runs end, and the budget is used', async () => {
  await using api = await openApi()
  await using world = await createWorld({ RUNNER_SLOTS: '12', RUNNER_MAX_PARKED: '3' })
  await world.startRunner()
  const connections = Array.from({ length: 40 }, (_, i) => `c${i}`)
  const budget = { key: 'app', requests: 10, per_s: 1 }
  await world.deploy(
    `const { connection_id: id } = await nango.getConnection()
     for (let i = 0; i < ${CALLS}; i++) await nango.get({ endpoint: '/' + id + '/' + i })`,
    { connections, integration: { baseUrl: api.url, budget } },
  )
  await Promise.all(connections.map((connection) => untilEnded(world, connection)))

  const total = connections.length * CALLS
  // A request may arrive up to a second after it was allowed.
  expect(mostWithin(api.times, 10_000)).toBeLessThanOrEqual(11 * budget.requests + 3)
  expect(api.times.length).toBeLessThan(total * 1.25)
  // Half of them, wherever this machine had time for it: else the budget would not be used anywhere.
  expect(shortestOf(api.times, total / 2)).toBeLessThan((total / 2 / budget.requests) * 1000 * 1.5)
  // More connections than 10 requests per second let go on: some runs were sent away and came back.
  expect(world.finished.length).toBeGreaterThan(connections.length)
}, 120_000)

test('runs that wait a little before each call leave the slots to runs of other APIs', async () => {
  await using api = await openApi()
  await using world = await createWorld({ RUNNER_SLOTS: '2' })
  const budget = { key: 'app', requests: 2, per_s: 1 }
  await world.deploy(`for (let i = 0; i < 10; i++) await nango.get({ endpoint: '/' + i })`, {
    connections: ['c1', 'c2'],
    integration: { baseUrl: api.url, budget },
  })
  await world.deploy(`await nango.batchSave([{ id: '1' }], 'Thing')`, { api: 'other' })
  const slow = [await world.request({ connection: 'c1' }), await world.request({ connection: 'c2' })]
  await eventually(() => expect(api.times.length).toBeGreaterThan(8)) // both have waited for two seconds in all
  expect(await world.run({ api: 'other' })).toMatchObject({ outcome: RunOutcome.SUCCESS })
  expect(world.finished).toHaveLength(1)
  for (const run of slow) {
    expect(await world.ended(run)).toMatchObject({ outcome: RunOutcome.SUCCESS, attempt: 1 })
  }
  expect(api.times).toHaveLength(20)
}, 60_000)

/** As the scheduler does it: a throttled run is requested again when its time has come. */
async function untilEnded(world: World, connection: string): Promise<void> {
  const run = await world.request({ connection })
  for (let attempt = 1; ; attempt++) {
    const end = await world.ended(run, attempt)
    if (end.outcome !== RunOutcome.THROTTLED) {
      expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS, error: '' })
      return
    }
    await sleep(Math.max(0, (end.resumeAtMs ?? 0) - Date.now()))
    world.standIns.scheduler.requeue(end.runId)
  }
}

async function openApi() {
  const times: number[] = []
  const server = createServer((_, response) => {
    times.push(Date.now())
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), 20)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    times,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function mostWithin(times: number[], periodMs: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + periodMs).length))
}

/** The shortest time in which so many requests came. */
function shortestOf(times: number[], count: number): number {
  return Math.min(...times.slice(count - 1).map((until, first) => until - (times[first] ?? until)))
}
