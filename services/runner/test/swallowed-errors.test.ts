import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RunOutcome } from '@syncline/proto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createWorld, type World } from './world.ts'

let world: World
let integration: { baseUrl: string }
const api = createServer(({ url }, response) => {
  response.writeHead(url === '/bad' ? 400 : 200, { 'content-type': 'application/json' })
  response.end('[{"id":"0"}]')
})
beforeAll(async () => {
  await once(api.listen(0, '127.0.0.1'), 'listening')
  integration = { baseUrl: `http://127.0.0.1:${(api.address() as AddressInfo).port}` } // of a TCP server
  world = await createWorld()
})
afterAll(async () => {
  api.close()
  await world?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  world.standIns.calls.length = 0
  world.standIns.records.clear()
  world.standIns.put(
    'Thing',
    [0, 1, 2, 3, 4].map((id) => ({ id: String(id) })),
  )
})

const pass = (end: string) => `
  await nango.trackDeletesStart('Thing')
  await nango.batchSave((await nango.get({ endpoint: '/good' })).data, 'Thing')
  await nango.get({ endpoint: '/bad' }).catch(() => {})
  await nango.saveCheckpoint({ page: 2 })
  await nango.trackDeletesEnd('Thing'${end})`

test('a function that swallows the error of a page deletes nothing', async () => {
  await world.deploy(pass(''), { integration })
  const run = await world.run()
  expect(run).toMatchObject({ outcome: RunOutcome.SUCCESS, counts: [{ deleted: 0 }] })
  expect(run.error).toContain('nothing was deleted: the pass was not complete (GET /bad')
  const { calls } = world.standIns
  expect(calls.indexOf('checkpoint {"page":2}')).toBe(
    calls.findIndex((call) => call.startsWith('incomplete Thing: GET /bad')) + 1,
  )
})

test('unless it knows that it has saved every live record nevertheless', async () => {
  await world.deploy(pass(', { allowIncomplete: true }'), { integration })
  expect(await world.run()).toMatchObject({
    outcome: RunOutcome.SUCCESS,
    error: '',
    counts: [{ deleted: 4 }],
  })
})

test('records that can not be sent are skipped and not deleted; those that can be mended are saved', async () => {
  await world.deploy(`
    let deep = 1
    for (let n = 0; n < 600; n++) deep = [deep]
    await nango.trackDeletesStart('Thing')
    await nango.batchSave([
      { id: '0' }, { id: '1', deep }, { id: '2', n: 1e400 }, { id: 'large', text: 'x'.repeat(16e6) },
      { id: 9007199254740993n, ['k\\ud83d']: 'v\\ud83d' }], 'Thing')
    await nango.trackDeletesEnd('Thing')`)
  const run = await world.run()
  expect(run).toMatchObject({ outcome: RunOutcome.SUCCESS, counts: [{ added: 1, deleted: 2 }] })
  expect(run.error).toMatch(
    /^model 'Thing': skipped 3 records that can't be stored: '1' \(.*nested.*\); '2' \(.*Infinity.*\); 'large' \(.*16000024 bytes/,
  )
  const saved = world.standIns.saved('Thing')
  expect(saved.slice(0, 3)).toEqual([{ id: '0' }, { id: '1' }, { id: '2' }])
  expect(saved[3]).toEqual({ id: '9007199254740993', 'k\ufffd': 'v\ufffd' })
})
