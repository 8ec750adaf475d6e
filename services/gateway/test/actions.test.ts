import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ActionStore } from '@syncline/actions'
import { subjects } from '@syncline/bus'
import { startNats } from '@syncline/embedded'
import { connectRedis } from '@syncline/redis'
import { eventually, freePort, servers } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BEGUN, BUSY, READY, resultOf, startStandInRunner } from './stand-in-runner.ts'
import { furnish, HEADERS, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnishAction>>
const redis = connectRedis(servers().redis.url, () => {})

beforeAll(async () => {
  world = await startWorld({ variables: { IDEMPOTENCY_MAX_MIB_PER_ENVIRONMENT: '1' } })
  home = await furnishAction(world)
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  redis.disconnect()
})

/** An environment with an action `act`, and what calls it. */
async function furnishAction(in_: World) {
  const { environment, api } = await furnish(in_)
  const schemas = { input_schema: {}, output_schema: {} }
  const action = { provider_config_key: 'github', name: 'act', description: '', bundle: 'x', ...schemas }
  expect((await api('/deployments', { method: 'POST', json: { actions: [action] } })).status).toBe(200)
  const call = (headers: Record<string, string> = {}, input: unknown = {}) =>
    api('/action/trigger', {
      ...{ method: 'POST', json: { action_name: 'act', input } },
      headers: { ...HEADERS, ...headers },
    })
  return { environment, api, call }
}

const inDoubt = { status: 504, body: { error: { code: 'in_doubt' } } }

/** As after the death of the gateway that carries a request out, when its lease has ended. */
async function endLeases(environment: string) {
  for (const name of await redis.keys(`${world.prefix}:idempotency:${environment}:*`))
    if (await redis.hexists(name, 'until')) await redis.hset(name, 'until', 0)
}

test('a runner that was offered a call and says nothing does not make it in doubt: another one gets it', async () => {
  await using asleep = await startStandInRunner(world)
  await using awake = await startStandInRunner(world)
  asleep.onOffer = () => {}
  const answers = await Promise.all(Array.from({ length: 20 }, () => home.call()))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(awake.calls).toHaveLength(20)
  expect(asleep.offers).toBeGreaterThan(0)
  expect(asleep.calls).toEqual([])
})

test('a reservation that has lapsed sends the call to another one, and a late one is given back', async () => {
  await using runner = await startStandInRunner(world)
  runner.onCall = (_, tell) => (runner.calls.length === 1 ? tell(BUSY) : tell(resultOf('second')))
  expect(await home.call()).toMatchObject({ status: 200, body: 'second' })
  expect(runner.calls[1]).toEqual(runner.calls[0])
  // It answers one offer twice, as two runners do of which one was slow.
  runner.onOffer = (tell) => [READY, READY].map(tell)
  expect((await home.call()).status).toBe(200)
  await eventually(async () => expect(runner.returned).toBe(1))
  expect(runner.calls).toHaveLength(3)
})

test('a runner that says nothing more leaves the call in doubt, also for a repeated request with its key', async () => {
  await using runner = await startStandInRunner(world)
  runner.onCall = (_, tell) => tell(BEGUN)
  const startedAt = performance.now()
  expect(await home.call({ 'Idempotency-Key': 'silent' })).toMatchObject(inDoubt)
  expect(performance.now() - startedAt).toBeLessThan(60_000) // the call may take two minutes
  const again = await home.call({ 'Idempotency-Key': 'silent' })
  expect(again).toMatchObject(inDoubt)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(runner.calls).toHaveLength(1)
})

test.each([
  ['action_timed_out', 504],
  ['action_failed', 422],
  ['script_http_error', 424],
])('%s is how an action ended: the same key does not begin it again', async (code, status) => {
  await using runner = await startStandInRunner(world)
  runner.onCall = (_, tell) => tell(resultOf('', { code }))
  for (const _ of [1, 2]) expect(await home.call({ 'Idempotency-Key': code })).toMatchObject({ status })
  expect(runner.calls).toHaveLength(1)
})

test('a call that was not begun is called by the next request with its key', async () => {
  await using runner = await startStandInRunner(world)
  runner.onCall = (_, tell) => tell(resultOf('', { code: 'unavailable' }))
  expect((await home.call({ 'Idempotency-Key': 'later' })).status).toBe(503)
  runner.onCall = (_, tell) => tell(resultOf('now'))
  expect(await home.call({ 'Idempotency-Key': 'later' })).toMatchObject({ status: 200, body: 'now' })
})

test('a result that is said to be stored and cannot be read is in doubt: nobody is invited to try again', async () => {
  await using runner = await startStandInRunner(world)
  runner.onCall = (_, tell) => tell(resultOf('', { stored: true }))
  expect(await home.call()).toMatchObject(inDoubt)
})

test('after the death of a gateway its synchronous call is in doubt for the next request with the key', async () => {
  await using runner = await startStandInRunner(world)
  const telling = Promise.withResolvers<() => void>()
  runner.onCall = (_, tell) => {
    tell(BEGUN)
    telling.resolve(() => tell(resultOf('done')))
  }
  const first = home.call({ 'Idempotency-Key': 'dead' })
  const tell = await telling.promise
  expect(await home.call({ 'Idempotency-Key': 'dead' })).toMatchObject({ status: 409 })
  await endLeases(home.environment)
  expect(await home.call({ 'Idempotency-Key': 'dead' })).toMatchObject(inDoubt)
  tell()
  expect(await first).toMatchObject({ status: 200, body: 'done' })
  // That gateway had lost the request: what the other one has said stands.
  expect(await home.call({ 'Idempotency-Key': 'dead' })).toMatchObject(inDoubt)
  expect(runner.calls).toHaveLength(1)
})

test('after the death of a gateway its asynchronous call has the same id, and is in the queue once', async () => {
  await using runner = await startStandInRunner(world)
  const { bus } = runner
  const store = await ActionStore.open(bus)
  const call = () => home.call({ 'Idempotency-Key': 'async', 'X-Async': 'true' })
  const first = await call()
  const { id } = first.body
  const died = async () => {
    for (const name of await redis.keys(`${world.prefix}:idempotency:${home.environment}:*`))
      if ((await redis.hget(name, 'command')) === id) {
        await redis.hdel(name, 'status', 'slice')
        await redis.hset(name, 'until', 0)
      }
  }
  const queued = async () => {
    const subject = `${bus.prefix}.${subjects.action.name}.${home.environment}`
    const { state } = await bus.manager.streams.info(`${bus.prefix}_ACTIONS`, { subjects_filter: subject })
    return state.subjects?.[subject]
  }
  await died()
  expect(await call()).toMatchObject({ status: 202, body: first.body })
  expect(await queued()).toBe(1)
  // Hours later NATS has forgotten that it had the message; that a runner has begun it is known for a day.
  await store.claimNext(id, () => ({ sequence: 1, deliveries: 1, attempts: 1 }))
  const { config } = await bus.manager.streams.info(`${bus.prefix}_ACTIONS`)
  await bus.manager.streams.delete(config.name)
  await bus.manager.streams.add(config)
  await died()
  expect(await call()).toMatchObject({ status: 202, body: first.body })
  expect(await queued()).toBeUndefined()
})

test('when kept answers reach the limit, the oldest go, and their requests are not carried out again', async () => {
  await using runner = await startStandInRunner(world)
  runner.onCall = (_, tell) => tell(resultOf('x'.repeat(400_000)))
  const { call } = await furnishAction(world)
  for (const n of [1, 2, 3]) expect((await call({ 'Idempotency-Key': `large ${n}` })).status).toBe(200)
  const repeated = await Promise.all([1, 2, 3].map((n) => call({ 'Idempotency-Key': `large ${n}` })))
  expect(repeated[0]).toMatchObject({
    status: 422,
    body: { error: { code: 'idempotency_key_reused', message: expect.stringContaining('with 200') } },
  })
  expect(repeated[2]?.body).toHaveLength(400_000)
  expect(runner.calls).toHaveLength(3)
})

test('a gateway that stops says of a call that was not begun that it was not', async () => {
  const stopping = await startWorld()
  const { call } = await furnishAction(stopping)
  const answer = call()
  await using runner = await startStandInRunner(stopping)
  runner.onOffer = () => {}
  await eventually(async () => expect(runner.offers).toBeGreaterThan(0))
  await stopping[Symbol.asyncDispose]()
  expect(await answer).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
  expect(runner.calls).toEqual([])
})

test('NATS that dies leaves what was begun in doubt, and nothing begins when it is back', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-nats-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'log'), port: await freePort() }
  const before = await startNats(place)
  await using there = await startWorld({ natsUrl: before.url })
  const { call } = await furnishAction(there)
  await using runner = await startStandInRunner(there)
  const begun = Promise.withResolvers<void>()
  runner.onCall = (_, tell) => {
    tell(BEGUN)
    begun.resolve()
  }
  const first = call()
  await begun.promise
  await before[Symbol.asyncDispose]()
  const diedAt = performance.now()
  const second = call({}, 'second')
  expect(await first).toMatchObject(inDoubt)
  expect(performance.now() - diedAt).toBeLessThan(60_000)
  expect(await second).toMatchObject({
    status: 503,
    body: { error: { code: 'unavailable', message: expect.stringContaining('not begun') } },
  })
  await using _after = await startNats(place)
  runner.onCall = (_, tell) => tell(resultOf('back'))
  await eventually(async () => expect(await call()).toMatchObject({ status: 200, body: 'back' }))
  // Of the calls that had failed none was begun after all.
  expect(runner.calls.slice(1).map(({ input }) => Buffer.from(input).toString())).not.toContain('"second"')
})
