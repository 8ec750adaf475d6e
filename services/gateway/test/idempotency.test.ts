import { connectRedis } from '@syncline/redis'
import { servers } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN_KEY, ask, furnish, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>
const redis = connectRedis(servers().redis.url, () => {})

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  redis.disconnect()
})

const send = (key: string, path: string, json: unknown) =>
  home.api(path, { method: 'POST', json, headers: { 'Idempotency-Key': key } })
const trigger = { provider_config_key: 'github', syncs: ['issues'], connection_id: 'user-1' }
const triggered = () => world.commands.filter(({ environment }) => environment === home.environment).length

async function kept(prefix = world.prefix): Promise<Record<string, Record<string, string>>> {
  const keys = await redis.keys(`{${prefix}}:idempotency:*`)
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await redis.hgetall(key)])))
}

test('a POST that is sent twice has one effect and one answer', async () => {
  const before = triggered()
  const first = await send('once', '/sync/trigger', trigger)
  const second = await send('once', '/sync/trigger', trigger)
  expect([first.status, second.status]).toEqual([200, 200])
  expect(second.text).toBe(first.text)
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(triggered() - before).toBe(1)
})

test('the same key with another request is refused, and has no effect', async () => {
  await send('reused', '/sync/trigger', trigger)
  const before = triggered()
  const answer = await send('reused', '/sync/trigger', { ...trigger, opts: { reset: true } })
  expect(answer).toMatchObject({ status: 422, body: { error: { code: 'idempotency_key_reused' } } })
  expect(triggered()).toBe(before)
})

test.each(['Connection-Id', 'Provider-Config-Key', 'Prefer', 'X-Async', 'X-Max-Retries'])(
  'the same key with another %s is another request',
  async (name) => {
    const ask = (value: string) =>
      home.api('/action/trigger', {
        ...{ method: 'POST', json: { action_name: 'none' } },
        headers: {
          ...{ 'Connection-Id': 'user-1', 'Provider-Config-Key': 'github', 'Idempotency-Key': `of ${name}` },
          [name]: value,
        },
      })
    expect((await ask('1')).status).toBe(404)
    expect(await ask('0')).toMatchObject({ status: 422, body: { error: { code: 'idempotency_key_reused' } } })
    expect((await ask('1')).headers.get('idempotency-replayed')).toBe('true')
  },
)

test('the key belongs to a route and an API key', async () => {
  const before = triggered()
  await send('shared', '/sync/trigger', trigger)
  expect((await send('shared', '/sync/pause', trigger)).status).toBe(200)
  expect(triggered() - before).toBe(2)
  const other = await furnish(world)
  const answer = await other.api('/sync/trigger', {
    method: 'POST',
    json: trigger,
    headers: { 'Idempotency-Key': 'shared' },
  })
  expect(answer.headers.get('idempotency-replayed')).toBeNull()
})

test.each([
  ['an empty one', ''],
  ['one of 256 characters', 'x'.repeat(256)],
  ['one that is not ASCII', 'caf\u00e9'],
])('%s is refused', async (_, key) => {
  expect(await send(key, '/sync/trigger', trigger)).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_headers' } },
  })
})

test('a refusal is kept, with the fields that it names', async () => {
  const json = { provider_config_key: 'none', credentials: { type: 'NONE' } }
  const first = await send('refused', '/connections', json)
  expect(first.status).toBe(404)
  const second = await send('refused', '/connections', json)
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(second).toMatchObject({ status: 404, body: { error: { code: first.body.error.code } } })
  const misfit = {
    provider_config_key: 'github',
    connection_id: 'x',
    credentials: { type: 'BASIC', username: 'a', password: 'b' },
  }
  await send('misfit', '/connections', misfit)
  const again = await send('misfit', '/connections', misfit)
  expect(again.body.error).toMatchObject({
    code: 'invalid_body',
    errors: [{ path: ['credentials', 'type'] }],
  })
})

test('what failed on our side is not kept: the next try is carried out', async () => {
  world.answer = () => ({ $case: 'refused', value: { code: 'unavailable', message: 'not now' } })
  expect((await send('failed', '/sync/trigger', trigger)).status).toBe(503)
  world.answer = () => ({
    $case: 'done',
    value: { frequency: '', scheduleId: '', cancelled: 0, runs: [], moreRuns: false, refusals: [] },
  })
  const answer = await send('failed', '/sync/trigger', trigger)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('idempotency-replayed')).toBeNull()
})

test('a second request while the first one runs is a 409; when its gateway has died, the lease ends', async () => {
  await using slow = await startWorld({ scheduler: false, variables: { COMMAND_TIMEOUT_MS: '2000' } })
  const there = await furnish(slow)
  const again = () =>
    there.api('/sync/trigger', { method: 'POST', json: trigger, headers: { 'Idempotency-Key': 'slow' } })
  const first = again()
  await expect.poll(async () => Object.keys(await kept(slow.prefix)).length).toBe(1)
  const second = await again()
  expect(second).toMatchObject({ status: 409, body: { error: { code: 'request_in_progress' } } })
  expect(second.headers.get('retry-after')).toBe('1')
  const [[place, { command } = {}] = ['']] = Object.entries(await kept(slow.prefix))
  // As after 30 s without a renewal.
  await redis.hset(place, 'until', 0)
  const third = await again()
  expect(third.status).toBe(202)
  expect((await first).status).toBe(202)
  // Both tries had one command id.
  expect((await kept(slow.prefix))[place]).toMatchObject({ command })
  expect((await again()).headers.get('idempotency-replayed')).toBe('true')
})

const sent = () => world.commands.filter(({ environment }) => environment === home.environment)

const variant = '/sync/issues/variant/twice'
test.each([
  ['/sync/trigger', trigger],
  ['/sync/start', trigger],
  ['/sync/pause', trigger],
  ['/sync/cancel', trigger],
  ['/runs/000000000000000000000000-1/cancel', undefined],
  [variant, { provider_config_key: 'github', connection_id: 'user-1' }],
])(
  'a try of POST %s whose answer was lost is followed by one with the same command id',
  async (path, json) => {
    const from = sent().length
    const key = `lost ${path}`
    const first = await send(key, path, json)
    // As if the gateway had died between the effect and the answer, and 30 s had passed.
    const [place = ''] = Object.entries(await kept())
      .filter(([, { status, command }]) => status !== undefined && command === sent().at(-1)?.id)
      .map(([name]) => name)
    await redis.hdel(place, 'status', 'owner', 'until')
    const second = await send(key, path, json)
    expect(second.headers.get('idempotency-replayed')).toBeNull()
    expect(second).toMatchObject({ status: first.status, body: first.body })
    const [one, two, ...more] = sent().slice(from)
    expect(more).toEqual([])
    expect(two).toEqual(one)
  },
)

test('a command that the scheduler has refused is over: the next try is another command', async () => {
  const from = sent().length
  const { answer } = world
  world.answer = () => ({ $case: 'refused', value: { code: 'server_error', message: 'the command failed' } })
  expect((await send('over', '/sync/trigger', trigger)).status).toBe(500)
  world.answer = answer
  expect((await send('over', '/sync/trigger', trigger)).status).toBe(200)
  const [one, two] = sent().slice(from)
  expect(two?.id).not.toBe(one?.id)
})

test('a command that comes again takes none of those that go with it away', async () => {
  await send('batched', '/sync/trigger', trigger)
  for (const [place, { command }] of Object.entries(await kept()))
    if (command === sent().at(-1)?.id) await redis.hdel(place, 'status', 'owner', 'until')
  const from = sent().length
  const others = Array.from({ length: 20 }, () => home.api('/sync/pause', { method: 'POST', json: trigger }))
  await Promise.all([send('batched', '/sync/trigger', trigger), ...others])
  expect(sent()).toHaveLength(from + 21)
})

test('Redis has no secret in clear: neither of requests nor of answers', async () => {
  const credentials = { type: 'API_KEY', apiKey: 'very-secret-token' }
  const made = await send('secret', '/connections', {
    provider_config_key: 'github',
    connection_id: 'user-9',
    credentials,
  })
  expect(made.status).toBe(201)
  const newKey = () =>
    ask(world.url, ADMIN_KEY, `/environments/${home.environment}/keys`, {
      method: 'POST',
      json: { label: 'x' },
      headers: { 'Idempotency-Key': 'secret' },
    })
  const [first, second] = [await newKey(), await newKey()]
  expect(second.body).toEqual(first.body)
  const answers = await redis.keys(`{${world.prefix}}:idempotency-answers:*`)
  expect(answers).not.toEqual([])
  const text = JSON.stringify([
    await kept(),
    ...(await Promise.all(answers.map((name) => redis.hgetall(name)))),
  ])
  for (const secret of ['very-secret-token', first.body.secret, home.key]) expect(text).not.toContain(secret)
})

test('what is kept ends after a day', async () => {
  await send('ends', '/sync/trigger', trigger)
  for (const place of Object.keys(await kept())) {
    const ms = await redis.pttl(place)
    expect(ms).toBeGreaterThan(23 * 3_600_000)
    expect(ms).toBeLessThanOrEqual(24 * 3_600_000)
  }
})

test('a key that serves the repetitions of one call ends after ten minutes, and so does what it takes', async () => {
  await using small = await startWorld()
  const { api, environment } = await furnish(small)
  const again = { method: 'POST', json: trigger, headers: { 'Idempotency-Key': 'retry-1' } }
  const first = await api('/sync/trigger', again)
  expect((await api('/sync/trigger', again)).body).toEqual(first.body)
  expect(small.commands).toHaveLength(1)
  const [place = ''] = await redis.keys(`{${small.prefix}}:idempotency:*`)
  const ms = await redis.pttl(place)
  expect(ms).toBeGreaterThan(9 * 60_000)
  expect(ms).toBeLessThanOrEqual(10 * 60_000)
  const {
    slice,
    bytes: _,
    ...usage
  } = await redis.hgetall(`{${small.prefix}}:idempotency-usage:${environment}`)
  for (const field of Object.keys(usage))
    expect(Number(field.slice(1)) - Number(slice)).toBeLessThanOrEqual(2)
})

test('when keys alone reach the limit of an environment, further ones are refused, and nothing is carried out twice', async () => {
  await using small = await startWorld({ variables: { IDEMPOTENCY_MAX_MIB_PER_ENVIRONMENT: '1' } })
  const [full, other] = [await furnish(small), await furnish(small)]
  const send = ({ api }: typeof full, key?: string) =>
    api('/sync/trigger', { method: 'POST', json: trigger, headers: key ? { 'Idempotency-Key': key } : {} })
  expect((await send(full, 'known')).status).toBe(200)
  // As many keys as fit, as if they had come.
  const usage = `{${small.prefix}}:idempotency-usage:${full.environment}`
  const slice = await redis.hget(usage, 'slice')
  for (const field of [`k${slice}`, 'bytes']) await redis.hincrby(usage, field, 1024 * 1024 - 512)
  const before = small.commands.length
  const refused = await send(full, 'further')
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'idempotency_store_full' } } })
  expect(refused.headers.get('retry-after')).toBe('60')
  expect(small.commands).toHaveLength(before)
  expect(await send(full, 'known')).toMatchObject({ status: 422 })
  expect(small.commands).toHaveLength(before)
  expect((await send(full)).status).toBe(200)
  expect((await send(other, 'further')).status).toBe(200)
  // When they have ended.
  await redis.hset(usage, 'slice', Number(slice) - 1, `k${Number(slice) - 1}`, 1024 * 1024 - 512)
  await redis.hdel(usage, `k${slice}`)
  expect((await send(full, 'further')).status).toBe(200)
  expect(Number(await redis.hget(usage, 'bytes'))).toBeLessThan(2048)
})

test('the limit of all environments refuses a further key, too', async () => {
  await using small = await startWorld({ variables: { IDEMPOTENCY_MAX_MIB: '1' } })
  const { api } = await furnish(small)
  const send = (key: string) =>
    api('/sync/trigger', { method: 'POST', json: trigger, headers: { 'Idempotency-Key': key } })
  expect((await send('known')).status).toBe(200)
  await redis.hincrby(`{${small.prefix}}:idempotency-usage-of-all`, 'bytes', 1024 * 1024)
  expect(await send('further')).toMatchObject({
    status: 503,
    body: { error: { code: 'idempotency_store_full' } },
  })
})
