import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ActionStore, offerSubject, RESERVED_MS } from '@syncline/actions'
import { publish, subjects } from '@syncline/bus'
import { checkKeyring, Keyring } from '@syncline/catalog'
import { type ActionCall, ActionNews, ActionCall as Calls } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { deployAction } from './deploy-action.ts'
import { createWorld, type World } from './world.ts'

function aCall(given: unknown, more: Partial<ActionCall> = {}): ActionCall {
  return {
    id: crypto.randomUUID(),
    environment: 'dev',
    providerConfigKey: 'api',
    connectionId: 'demo',
    connectionUid: 'uid-1',
    action: 'act',
    input: given === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(given)),
    inputStored: false,
    timeoutMs: 60_000,
    maxRetries: 0,
    triedConnection: Buffer.alloc(0),
    depth: 0,
    ...more,
  }
}

/** Offers a call to a runner, as a gateway does: the subject to which it goes, or undefined if the runner is busy. */
async function reservation({ bus }: World): Promise<string | undefined> {
  const answer = await bus.connection.request(offerSubject(bus, 'action'), undefined, { timeout: 20_000 })
  return ActionNews.decode(answer.data).news?.$case === 'ready' ? answer.reply : undefined
}

/** What a runner that has a slot says of a call, until its result. */
async function news(world: World, call: ActionCall) {
  for (;;) {
    const to = await eventually(async () => (await reservation(world)) ?? Promise.reject(new Error('busy')))
    const answer = await sent(world, to, call)
    // A machine that stood still for longer than the slot was kept.
    if (answer.said[0] !== 'busy') return answer
  }
}

/** Reserves the only slot of a runner, while another one asks for it, too. */
function onlySlot(world: World): Promise<string> {
  return eventually(async () => {
    const to = (await reservation(world)) ?? ''
    const other = await reservation(world)
    if (to !== '' && other === undefined) return to
    // On a machine that stood still the first has lapsed by now.
    for (const each of [to, other ?? '']) if (each !== '') world.bus.connection.publish(each)
    throw new Error('two callers have a slot each')
  })
}

async function sent({ bus }: World, to: string, call: ActionCall) {
  const inbox = `${bus.prefix}.test.${call.id}`
  const said: string[] = []
  const replies = bus.connection.subscribe(inbox)
  bus.connection.publish(to, Calls.encode(call).finish(), { reply: inbox })
  for await (const { data } of replies) {
    const { news: one } = ActionNews.decode(data)
    said.push(one?.$case ?? 'nothing')
    if (one?.$case === 'begun') continue
    const result = one?.$case === 'result' ? one.value : undefined
    return { said, result, ...parsed(result) }
  }
  throw new Error('the connection has ended')
}

function parsed(result: { output: Uint8Array; details: Uint8Array } | undefined) {
  const json = (bytes: Uint8Array | undefined) =>
    bytes && bytes.length > 0 ? JSON.parse(Buffer.from(bytes).toString()) : undefined
  return { output: json(result?.output), details: json(result?.details) }
}

const recordOf = (store: ActionStore, id: string) =>
  eventually(async () => {
    const record = await store.record(id)
    if (!record?.result) throw new Error('it has not ended')
    return { ...record.result, attempts: record.attempts, ...parsed(record.result) }
  })

test('an action gets an input that fits its schema, defaults applied, and its output is the answer', async () => {
  await using world = await createWorld()
  await deployAction(world, `return { n: input.n + 1, id: nango.connectionId, more: undefined }`)
  expect((await news(world, aCall({ n: 41 }))).output).toEqual({ n: 42, id: 'demo' })
  expect((await news(world, aCall({}))).output).toEqual({ n: 2, id: 'demo' })
  await deployAction(world, ``, { input: 'z.void()', output: 'z.void()' })
  const { said, result, output } = await news(world, aCall(undefined))
  expect({ said, code: result?.code, output }).toEqual({ said: ['begun', 'result'], code: '', output: null })
})

test('what does not fit is refused with the fields that are wrong', async () => {
  await using world = await createWorld()
  await deployAction(world, `return 'text'`, { output: 'z.object({ id: z.string() })' })
  const wrong = await news(world, aCall({ n: 'one' }))
  expect(wrong.result?.code).toBe('invalid_action_input')
  expect(wrong.details.errors).toMatchObject([{ code: 'invalid_type', path: ['n'] }])
  const bad = await news(world, aCall({ n: 1 }))
  expect(bad.result).toMatchObject({ code: 'action_failed', message: expect.stringMatching(/^output: /) })
})

test('errors of the function, of its API, and methods of syncs reach the caller as such', async () => {
  await using world = await createWorld()
  await using api = await startApi({
    answer: (response) => response.writeHead(409, { 'x-ratelimit-left': '3' }).end('{"no":1}'),
  })
  const { url } = api
  const failing = `
    if (input.n === 1) throw new nango.ActionError({ message: 'no seat', seats: 0 })
    if (input.n === 2) await nango.post({ endpoint: '/x', data: {} })
    if (input.n === 3) await nango.batchSave([], 'Thing')
    throw new TypeError('what is this')`
  await deployAction(world, failing, { url })
  const of = async (n: number) => {
    const { result, details } = await news(world, aCall({ n }))
    return { code: result?.code, message: result?.message, details }
  }
  expect(await of(1)).toEqual({
    code: 'action_failed',
    message: 'no seat',
    details: { payload: { message: 'no seat', seats: 0 } },
  })
  expect(await of(2)).toMatchObject({
    code: 'script_http_error',
    details: { upstream: { status: 409, headers: { 'x-ratelimit-left': '3' }, body: { no: 1 } } },
  })
  expect((await of(3)).message).toBe(
    'nango.batchSave is for syncs: an action writes no records and has no checkpoint',
  )
  expect(await of(4)).toMatchObject({ code: 'action_failed', message: 'what is this' })
})

test('an action reads what syncs have saved for its connection, and no other model', async () => {
  await using world = await createWorld()
  const exec = `
    if (input.n === 2) await nango.getRecordsByIds(['7'], 'Secret')
    let records = 0
    for await (const page of nango.listRecords('Thing')) records += page.length
    const some = await nango.getRecordsByIds(['7', 8, 'none'], 'Thing')
    return { records, some: [...some].map(([id, record]) => [id, record.id]) }`
  await deployAction(world, exec)
  world.standIns.put(
    'Thing',
    Array.from({ length: 250 }, (_, n) => ({ id: String(n) })),
  )
  expect((await news(world, aCall({}))).output).toEqual({
    records: 250,
    some: [
      ['7', '7'],
      [8, '8'],
    ],
  })
  expect((await news(world, aCall({ n: 2 }))).result).toMatchObject({
    code: 'action_failed',
    message: expect.stringContaining("model 'Secret': no sync of integration 'api' has it"),
  })
})

test('an action is stopped at its deadline', async () => {
  await using world = await createWorld()
  await deployAction(world, `for (;;);`)
  expect((await news(world, aCall({}, { timeoutMs: 1500 }))).result).toMatchObject({
    code: 'action_timed_out',
  })
})

test('a full runner refuses the next call at once', async () => {
  await using world = await createWorld({ RUNNER_ACTION_SLOTS: '1' })
  await using api = await startApi({ holds: true })
  await deployAction(world, `await nango.get({ endpoint: '/' })`, { url: api.url })
  const first = news(world, aCall({}))
  await eventually(() => expect(api.requests).toBe(1))
  expect(await reservation(world)).toBeUndefined()
  api.release()
  expect((await first).result?.code).toBe('')
})

test('a runner that stops takes no more runs while it waits for an action', async () => {
  await using world = await createWorld({ RUNNER_DRAIN_MS: '2000' })
  await using api = await startApi({ holds: true })
  await deployAction(world, `await nango.get({ endpoint: '/' })`, { url: api.url })
  const answer = news(world, aCall({}))
  await eventually(() => expect(api.requests).toBe(1))
  const stopping = world.runner[Symbol.asyncDispose]()
  const runId = await world.request()
  await stopping
  // One that was on its way to the runner went back.
  expect(world.standIns.scheduler.runs.get(runId)?.state).toBe('queued')
  expect(world.finished).toEqual([])
  expect((await answer).result?.code).not.toBe('')
})

test('inputs and outputs that are too large for a message of NATS go through the store', async () => {
  await using world = await createWorld()
  const store = await ActionStore.open(world.bus)
  await deployAction(world, `return { text: input.text + input.text }`, {
    input: 'z.object({ text: z.string() })',
  })
  const text = 'x'.repeat(1_000_000)
  const call = aCall(undefined, { inputStored: true })
  await store.putInput(call.id, Buffer.from(JSON.stringify({ text })))
  const { result } = await news(world, call)
  expect(result).toMatchObject({ code: '', stored: true })
  expect((await recordOf(store, call.id)).output.text).toHaveLength(2_000_000)
})

test('an asynchronous action that fails is repeated as often as its caller wants', async () => {
  await using world = await createWorld()
  const store = await ActionStore.open(world.bus)
  await deployAction(world, `throw new Error('always')`)
  for (const maxRetries of [0, 1]) {
    const call = aCall({}, { maxRetries })
    await publish(world.bus, subjects.action, ['dev'], call, { id: call.id })
    expect(await recordOf(store, call.id)).toMatchObject({ code: 'action_failed', attempts: maxRetries + 1 })
  }
})

test('of an asynchronous action whose runner was killed, the outcome is in doubt; with a retry it is begun again', async () => {
  await using world = await createWorld({ RUNNER_ACTION_SLOTS: '0' })
  const store = await ActionStore.open(world.bus)
  await using api = await startApi({ holds: true })
  await deployAction(world, `await nango.post({ endpoint: '/begun' }); return 'done'`, { url: api.url })
  const calls = [0, 1].map((maxRetries) => aCall({}, { maxRetries, timeoutMs: 60_000 }))
  {
    await using runner = await startProcess(world, api)
    for (const call of calls) await publish(world.bus, subjects.action, ['dev'], call, { id: call.id })
    await eventually(() => expect(api.requests).toBe(2))
    runner.signal('SIGKILL')
  }
  api.release()
  await world.startRunner({ RUNNER_ACTION_SLOTS: '4' })
  expect(await recordOf(store, String(calls[0]?.id))).toMatchObject({ code: 'in_doubt' })
  expect(await recordOf(store, String(calls[1]?.id))).toMatchObject({ output: 'done', attempts: 2 })
  expect(api.requests).toBe(3)
})

test('a slot is kept for a caller for two seconds, or until it gives it back', async () => {
  await using world = await createWorld({ RUNNER_ACTION_SLOTS: '1' })
  await deployAction(world, `return 'done'`)
  const given = await onlySlot(world)
  world.bus.connection.publish(given)
  const lapsed = await onlySlot(world)
  expect((await sent(world, given, aCall({}))).said).toEqual(['busy'])
  await sleep(RESERVED_MS + 100)
  expect((await sent(world, lapsed, aCall({}))).said).toEqual(['busy'])
  expect((await news(world, aCall({}))).output).toBe('done')
})

test('a runner that was suspended begins no call whose time has passed', async () => {
  await using world = await createWorld({ RUNNER_ACTION_SLOTS: '0' })
  await using api = await startApi()
  await deployAction(world, `await nango.post({ endpoint: '/begun' })`, { url: api.url })
  await using runner = await startProcess(world, api)
  const to = String(await reservation(world))
  runner.signal('SIGSTOP')
  const call = sent(world, to, aCall({}))
  await sleep(RESERVED_MS + 500)
  runner.signal('SIGCONT')
  expect((await call).said).toEqual(['busy'])
  expect((await news(world, aCall({}))).result?.code).toBe('')
  expect(api.requests).toBe(1)
})

test('an asynchronous action whose runner is suspended is in doubt, is not begun again, and its result counts when it comes', async () => {
  await using world = await createWorld({ RUNNER_ACTION_SLOTS: '0' })
  const store = await ActionStore.open(world.bus)
  await using api = await startApi({ holds: true })
  await deployAction(world, `await nango.post({ endpoint: '/begun' }); return 'done'`, { url: api.url })
  await using runner = await startProcess(world, api)
  const call = aCall({})
  await publish(world.bus, subjects.action, ['dev'], call, { id: call.id })
  await eventually(() => expect(api.requests).toBe(1))
  runner.signal('SIGSTOP')
  await world.startRunner({ RUNNER_ACTION_SLOTS: '4' })
  expect(await recordOf(store, call.id)).toMatchObject({ code: 'in_doubt', attempts: 1 })
  runner.signal('SIGCONT')
  api.release()
  await eventually(async () =>
    expect(await recordOf(store, call.id)).toMatchObject({ code: '', output: 'done' }),
  )
  expect(api.requests).toBe(1)
})

test('an asynchronous action that is in the queue twice is begun once', async () => {
  await using world = await createWorld()
  const store = await ActionStore.open(world.bus)
  await using api = await startApi({ holds: true })
  await deployAction(world, `await nango.post({ endpoint: '/begun' }); return 'done'`, { url: api.url })
  const call = aCall({}, { maxRetries: 5 })
  for (const n of [1, 2, 3])
    await publish(world.bus, subjects.action, ['dev'], call, { id: `${call.id}-${n}` })
  await eventually(() => expect(api.requests).toBe(1))
  api.release()
  expect(await recordOf(store, call.id)).toMatchObject({ code: '', attempts: 1 })
  expect(api.requests).toBe(1)
})

test('of several runners that claim an attempt, one gets it', async () => {
  await using world = await createWorld({ RUNNER_ACTION_SLOTS: '0' })
  const store = await ActionStore.open(world.bus)
  for (const attempts of [1, 2]) {
    const claims = Array.from({ length: 8 }, (_, n) =>
      store.claimNext('one', () => ({ sequence: n, deliveries: 1, attempts })),
    )
    expect((await Promise.all(claims)).filter((claim) => claim !== undefined)).toHaveLength(1)
  }
})

/** An API that counts its requests. One that holds answers none of them before it is released. */
async function startApi({
  answer = (response: ServerResponse) => response.writeHead(200).end('{}'),
  holds = false,
} = {}) {
  const released = Promise.withResolvers<void>()
  if (!holds) released.resolve()
  const api = { requests: 0 }
  const server = createServer(async (_, response) => {
    api.requests++
    await released.promise
    answer(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(api, {
    host,
    url: `http://${host}`,
    release: () => released.resolve(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  })
}

/** A runner that can be killed and suspended. It answers offers when this returns. */
async function startProcess(world: World, { host = '' }: { host?: string } = {}) {
  await checkKeyring(world.catalog, new Keyring(String(world.env.SYNCLINE_KEYRING)), { write: true })
  const main = join(import.meta.dirname, '../src/main.ts')
  const variables = { RUNNER_ACTION_SLOTS: '4', OPS_PORT: '0', EGRESS_ALLOW_HOSTS: host }
  const child = spawn(process.execPath, ['--no-warnings', main], {
    env: { PATH: process.env.PATH, ...world.env, ...variables },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  // It is there: nobody answers before.
  await eventually(async () => world.bus.connection.publish(String(await reservation(world))), {
    timeoutMs: 120_000,
  }).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    signal: (name: NodeJS.Signals) => child.kill(name),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
