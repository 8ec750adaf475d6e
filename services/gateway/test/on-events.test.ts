import { consumeQueues, subjects } from '@syncline/bus'
import { Connection } from '@syncline/catalog'
import type { ActionCall } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resultOf, type StandInRunner, startStandInRunner } from './stand-in-runner.ts'
import { ADMIN_KEY, ask, furnish, startWorld, type World } from './world.ts'

let world: World
let runner: StandInRunner
/** Calls in the queue of asynchronous actions. */
const queued: ActionCall[] = []
const stop = new AbortController()
let consuming: Promise<void>

beforeAll(async () => {
  world = await startWorld()
  runner = await startStandInRunner(world)
  const consumption = {
    ...{ subject: subjects.action, durable: 'actions', ackWaitMs: 5000, concurrency: 4, onError: () => {} },
  }
  consuming = consumeQueues(
    runner.bus,
    consumption,
    async ({ message }) => void queued.push(message),
    stop.signal,
  )
})
afterAll(async () => {
  stop.abort()
  await consuming
  await runner[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

type Api = Awaited<ReturnType<typeof furnish>>['api']

/** An environment whose integration has a function for each of these events, named after it. */
async function furnishEvents(...events: string[]) {
  const { environment, api } = await furnish(world)
  const actions = events.map((event) => ({
    ...{ provider_config_key: 'github', name: event, event, description: '', bundle: 'x' },
    ...{ input_schema: {}, output_schema: {} },
  }))
  const deployed = await api('/deployments', { method: 'POST', json: { actions } })
  expect(deployed.status).toBe(200)
  const where = '?provider_config_key=github'
  runner.calls.length = 0
  queued.length = 0
  return {
    environment,
    api,
    create: (id: string, apiKey = 'secret') => {
      const json = {
        provider_config_key: 'github',
        connection_id: id,
        credentials: { type: 'API_KEY', apiKey },
      }
      return api('/connections', { method: 'POST', json })
    },
    get: (id: string) => api(`/connections/${id}${where}`),
    remove: (id: string) => api(`/connections/${id}${where}`, { method: 'DELETE' }),
  }
}

test('a function for an event is listed with it, and nobody can call it', async () => {
  const { api } = await furnishEvents('validate-connection')
  const { body } = await api('/deployments')
  expect(body.actions).toMatchObject([{ name: 'validate-connection', event: 'validate-connection' }])
  const called = await api('/action/trigger', {
    method: 'POST',
    json: { action_name: 'validate-connection' },
    headers: { 'Provider-Config-Key': 'github', 'Connection-Id': 'user-1' },
  })
  expect(called).toMatchObject({ status: 404, body: { error: { code: 'unknown_action' } } })
  const config = { name: 'validate-connection', event: 'validate-connection', type: 'on-event' }
  expect((await api('/scripts/config')).body).toMatchObject([{ actions: [], 'on-events': [config] }])
})

test('a function refuses credentials before they are stored, and those before them stay', async () => {
  const { create, get } = await furnishEvents('validate-connection')
  const refusal = {
    code: 'action_failed',
    message: 'no scope',
    details: Buffer.from('{"payload":{"need":"repo"}}'),
  }
  runner.onCall = (_, tell) => tell(resultOf('', refusal))
  expect(await create('new')).toMatchObject({
    status: 400,
    body: {
      error: {
        ...{ code: 'connection_validation_failed', message: 'no scope', payload: { need: 'repo' } },
        ...{ function: 'validate-connection', log_id: runner.calls[0]?.id },
      },
    },
  })
  expect((await get('new')).status).toBe(404)
  const [call] = runner.calls
  const tried = Connection.parse(JSON.parse(Buffer.from(call?.triedConnection ?? []).toString()))
  expect(tried).toMatchObject({ id: 'new', uid: call?.connectionUid })
  expect(JSON.stringify(tried)).not.toContain('secret')

  runner.onCall = (_, tell) => tell(resultOf(null))
  expect(await create('new', 'first')).toMatchObject({ status: 201 })
  runner.onCall = (_, tell) => tell(resultOf('', refusal))
  expect((await create('new', 'second')).status).toBe(400)
  expect((await get('new')).body.credentials).toMatchObject({ apiKey: 'first' })
})

test('a connection whose function could not be run is not stored, and may be sent again', async () => {
  const { create, get } = await furnishEvents('validate-connection')
  runner.onCall = (_, tell) => tell(resultOf('', { code: 'unavailable' }))
  expect(await create('new')).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
  expect((await get('new')).status).toBe(404)
})

test.each([
  [
    'fails',
    resultOf('', { code: 'action_failed', message: 'they did not forget us' }),
    'they did not forget us',
  ],
  ['does not end in time', resultOf('', { code: 'action_timed_out', message: 'late' }), 'late'],
  ['has a runner that stops', resultOf('', { code: 'in_doubt', message: 'in doubt' }), 'in doubt'],
])('a function that %s does not keep a connection from being deleted', async (_, news, error) => {
  const { create, get, remove } = await furnishEvents('pre-connection-deletion')
  await create('c')
  const seen: number[] = []
  runner.onCall = async (call, tell) => {
    seen.push((await get(call.connectionId)).status)
    tell(news)
  }
  const { status, body } = await remove('c')
  expect(status).toBe(200)
  expect(body.on_events).toEqual([
    { name: 'pre-connection-deletion', log_id: runner.calls[0]?.id, state: 'failed', error },
  ])
  expect({ seen, now: (await get('c')).status }).toEqual({ seen: [200], now: 404 })
  expect(world.log.join('')).toContain(`"log":"${runner.calls[0]?.id}"`)
})

test.each([
  ['an integration', (api: Api) => api('/integrations/github', { method: 'DELETE' })],
  [
    'an environment',
    (_: Api, name: string) =>
      ask(world.url, ADMIN_KEY, `/environments/${name}?confirm=${name}`, { method: 'DELETE' }),
  ],
])('functions of all connections run before %s is deleted, which no failure keeps', async (_, remove) => {
  const { environment, api, create } = await furnishEvents('pre-connection-deletion')
  await create('a')
  await create('b')
  const { catalog } = world
  const present: boolean[] = []
  runner.onCall = async ({ connectionId, action }, tell) => {
    const connection = await catalog.connections.fresh(environment, 'github', connectionId)
    // What a runner needs is still there.
    await catalog.integrations.fresh(environment, 'github')
    await catalog.actions.fresh(environment, 'github', action)
    present.push(connection.id === connectionId)
    const refusal = { code: 'action_failed', message: 'they did not forget us' }
    tell(connectionId === 'a' ? resultOf('', refusal) : resultOf(null))
  }
  const { status, body } = await remove(api, environment)
  const failure = { connection_id: 'a', name: 'pre-connection-deletion', error: 'they did not forget us' }
  const log = runner.calls.find(({ connectionId }) => connectionId === 'a')?.id
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      success: true,
      on_events: {
        ...{ done: 2, failed: 1, skipped: 0 },
        failures: [{ provider_config_key: 'github', log_id: log, ...failure }],
      },
    },
  })
  expect(present).toEqual([true, true, true])
  expect(catalog.connections.list(environment)).toEqual([])
})

test('functions of a new connection are in the queue once, also after the gateway that made it has died', async () => {
  const { environment, create, get } = await furnishEvents('post-connection-creation')
  const made = await create('c')
  const [outcome] = made.body.on_events
  expect(outcome).toMatchObject({ name: 'post-connection-creation', state: 'waiting', error: null })
  const identity = [environment, 'github', 'c']
  const isQueued = async () => (await world.catalog.connections.fresh(...identity)).creationCalls?.isQueued
  await eventually(async () => expect(await isQueued()).toBe(true))
  await eventually(async () => expect(queued).toHaveLength(1))
  expect(queued[0]).toMatchObject({
    id: outcome.log_id,
    connectionId: 'c',
    action: 'post-connection-creation',
  })
  // New credentials do not create it again.
  await create('c', 'other')
  expect((await get('c')).body.on_events).toMatchObject([{ log_id: outcome.log_id }])

  // As a gateway leaves it that dies when it has stored the connection.
  const { creationCalls: _, ...rest } = await world.catalog.connections.fresh(...identity)
  const id = crypto.randomUUID()
  const calls = [{ name: 'post-connection-creation', id }]
  const left = { ...rest, id: 'left', uid: crypto.randomUUID(), creationCalls: { calls, isQueued: false } }
  await world.catalog.connections.create(left, environment, 'github', 'left')
  await eventually(async () => expect(queued.map((call) => call.id)).toEqual([outcome.log_id, id]))
})
