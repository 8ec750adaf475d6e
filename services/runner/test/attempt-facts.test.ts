import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '@syncline/errors'
import { type AttemptFacts, RunOutcome } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { sharedWorld } from './shared-world.ts'

const world = sharedWorld()

const factsOf = (runId: string): Promise<AttemptFacts[]> =>
  eventually(async () => {
    const attempts = world.standIns.records.attempts.filter((facts) => facts.runId === runId)
    expect(attempts).not.toEqual([])
    return attempts
  })

/** Answers 429 once, then what the path says. */
async function api() {
  let asked = 0
  const server = createServer((request, response) => {
    if (asked++ === 0) response.writeHead(429, { 'retry-after': '1' }).end('{}')
    else if (request.url?.startsWith('/gone')) response.writeHead(404).end('{"secret":"of the answer"}')
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // as it listens
  return {
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('what an attempt did is told: its parts, calls with waits, batches, checkpoint, and where it threw', async () => {
  await using server = await api()
  await world.deploy(
    `await nango.get({ endpoint: '/items', params: { token: 'in the query' }, retries: 3 })
     await nango.batchSave([{ id: '1' }, { id: '2' }], 'Thing')
     await nango.batchSave([{ id: '3' }], 'Thing')
     await nango.saveCheckpoint({ page: 2 })
     await nango.get({ endpoint: '/gone', headers: { authorization: 'in a header' } }).catch(() => {})
     throw new Error('no more')`,
    { integration: { baseUrl: `http://${server.host}` } },
  )
  const end = await world.run({ checkpoint: '{"page":1}' })
  expect(end).toMatchObject({ outcome: RunOutcome.FAILED, error: 'no more', version: '1' })
  const [facts, ...others] = await factsOf(end.runId)
  expect(others).toEqual([])
  const known = { host: server.host, totalMs: expect.any(Number), maxMs: expect.any(Number) }
  expect(facts).toMatchObject({
    attempt: 1,
    sandbox: expect.stringMatching(/^[a-z]+$/),
    outcome: 'failed',
    error: 'no more',
    version: '1',
    bundle: expect.stringMatching(/^[0-9a-f]{64}$/),
    calls: [
      { ...known, status: 429, count: 1, retries: 0, waitMs: 0 },
      { ...known, status: 200, count: 1, retries: 1, waitMs: expect.any(Number) },
      { ...known, status: 404, count: 1, retries: 0, waitMs: 0 },
    ],
    batches: [{ model: 'Thing', calls: 2, records: 3, bytes: expect.any(Number) }],
    checkpoint: { before: '{"page":1}', after: '{"page":2}' },
    position: { file: expect.stringMatching(/^demo\d+\.ts$/), line: 9 },
  })
  expect(facts?.calls[1]?.waitMs).toBeGreaterThan(500)
  const { phases, position, startedAtMs = 0, endedAtMs = 0 } = facts ?? {}
  expect(position?.source.find(({ line }) => line === 9)?.text).toContain("throw new Error('no more')")
  const { beginMs = 0, functionMs = 0, savesMs = 0, settleMs = 0 } = phases ?? {}
  expect(Math.abs(beginMs + functionMs + savesMs + settleMs - (endedAtMs - startedAtMs))).toBeLessThan(5)
  const told = JSON.stringify({ ...facts, position: undefined })
  for (const secret of ['in the query', 'in a header', 'of the answer', '/items'])
    expect(told).not.toContain(secret)
})

test('a record store that does not take them costs a run neither its success nor time', async () => {
  const { records } = world.standIns
  const { onCall } = records
  records.onCall = ({ name }) => {
    if (name === 'appendAttempts') throw new AppError('unavailable', 'not now')
  }
  await world.deploy(`await nango.log('hello')`)
  const end = await world.run()
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS, error: '', version: '1' })
  records.onCall = onCall
  // They are told when the store is back.
  expect(await factsOf(end.runId)).toMatchObject([{ attempt: 1, outcome: 'success', error: '', calls: [] }])
})
