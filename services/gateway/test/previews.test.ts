import { ActionStore, previewKey } from '@syncline/actions'
import type { PreviewResult } from '@syncline/preview'
import { ActionCall } from '@syncline/proto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PreviewCalls } from '../src/preview-calls.ts'
import { BEGUN, type StandInRunner, startStandInRunner } from './stand-in-runner.ts'
import { furnish, startWorld, type World } from './world.ts'

let world: World
let runner: StandInRunner
let store: ActionStore

beforeAll(async () => {
  world = await startWorld()
  runner = await startStandInRunner(world, 'preview')
  store = await ActionStore.open(runner.bus)
})
afterAll(async () => {
  await runner[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const RESULT: PreviewResult = {
  ...{ outcome: 'success', error: null, duration_ms: 5, models: [], warnings: [], not_done: [], logs: [] },
  ...{ requests: { count: 0, failed: 0, by_url: [] }, metadata: null },
  checkpoint: { before: null, after: null },
}

test('a preview whose gateway stops goes on, and any gateway has its result', async () => {
  const { environment, api, uid } = await furnish(world)
  const stopping = new PreviewCalls(runner.bus, store, { previewFailed: () => {} })
  const begun = Promise.withResolvers<void>()
  runner.onCall = (_, tell) => {
    tell(BEGUN)
    begun.resolve()
  }
  const id = crypto.randomUUID()
  const call = { id, environment, providerConfigKey: 'github', connectionId: 'user-1', connectionUid: uid }
  await stopping.begin(ActionCall.fromPartial({ ...call, action: 'issues', timeoutMs: 60_000 }))
  await begun.promise
  stopping[Symbol.dispose]()
  const running = { state: 'running', progress: null, result: null, error: null }
  expect((await api(`/previews/${id}`)).body).toMatchObject(running)
  // As its runner does it when the function has ended.
  const nothing = Buffer.alloc(0)
  const output = Buffer.from(JSON.stringify(RESULT))
  const result = { code: '', message: '', output, details: nothing, stored: false }
  await store.putRecord(previewKey(id), { environment, attempts: 1, result })
  expect((await api(`/previews/${id}`)).body).toMatchObject({ state: 'ended', result: RESULT, error: null })
})

test('a preview whose gateway and runner have both died says so a quarter of an hour after it was asked for', async () => {
  const { environment, api } = await furnish(world)
  const begunAt = async (askedAtMs: number) => {
    const id = crypto.randomUUID()
    const record = { environment, attempts: 0, result: undefined, askedAtMs }
    await store.putRecord(`${previewKey(id)}.begun`, record)
    return (await api(`/previews/${id}`)).body
  }
  expect(await begunAt(Date.now())).toMatchObject({ state: 'running', error: null })
  expect(await begunAt(Date.now() - 15 * 60_000 - 1)).toMatchObject({
    state: 'ended',
    error: { code: 'in_doubt', message: expect.stringContaining('its gateway and its runner have ended') },
  })
})
