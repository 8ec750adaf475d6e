import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { createWorld, type World } from './world.ts'

const CALLS = 3

// That all of it is used depends on the machine: libs/outgoing/test/budget proves it with a clock of its own.
test('40 connections share an app budget of 10 requests per second: all runs end, and the budget is kept', async () => {
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
  expect(mostWithin(api.times, 5000)).toBeLessThanOrEqual(6 * budget.requests + 10)
  expect(api.times.length).toBeLessThan(total * 1.5)
})

test('runs that wait a little before each call leave the slots to runs of other APIs', async () => {
  await using api = await openApi()
  await using world = await createWorld({ RUNNER_SLOTS: '2' })
  const budget = { key: 'app', requests: 2, per_s: 1 }
  await world.deploy(`while ((await nango.get({ endpoint: '/' })).data.more);`, {
    connections: ['c1', 'c2'],
    integration: { baseUrl: api.url, budget },
  })
  await world.deploy(`await nango.batchSave([{ id: '1' }], 'Thing')`, { api: 'other' })
  const slow = [await world.request({ connection: 'c1' }), await world.request({ connection: 'c2' })]
  await eventually(() => expect(api.times.length).toBeGreaterThan(8)) // both have waited for two seconds in all
  expect(await world.run({ api: 'other' })).toMatchObject({ outcome: RunOutcome.SUCCESS })
  api.hasMore = false
  for (const run of slow) {
    expect(await world.ended(run)).toMatchObject({ outcome: RunOutcome.SUCCESS, attempt: 1 })
  }
})

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
  const api = { times: [] as number[], hasMore: true }
  const server = createServer((_, response) => {
    api.times.push(Date.now())
    const body = JSON.stringify({ more: api.hasMore })
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), 20)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return Object.assign(api, {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  })
}

function mostWithin(times: number[], periodMs: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + periodMs).length))
}
