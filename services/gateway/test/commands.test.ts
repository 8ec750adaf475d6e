import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ask, DONE, furnish, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  world.commands = []
  world.answer = () => DONE
})

const post = (path: string, json: unknown, headers: Record<string, string> = {}) =>
  home.api(path, { method: 'POST', json, headers })
const PLAIN = { frequency: '', scheduleId: '', cancelled: 0, runs: [], moreRuns: false, refusals: [] }
const all = { provider_config_key: 'github', syncs: [] }
const target = { providerConfigKey: 'github', connectionId: '', syncs: [] }

test.each(['trigger', 'start', 'pause'])('%s is done with an empty 200', async (verb) => {
  const answer = await post(`/sync/${verb}`, { ...all, syncs: ['issues'], connection_id: 'user-1' })
  expect([answer.status, answer.text]).toEqual([200, ''])
  expect(world.commands).toMatchObject([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      environment: home.environment,
      action: {
        $case: verb,
        value: {
          target: {
            providerConfigKey: 'github',
            connectionId: 'user-1',
            syncs: [{ name: 'issues', variant: 'base' }],
          },
        },
      },
    },
  ])
})

test.each(['trigger', 'start', 'pause'])('%s takes a sync in each of its forms', async (verb) => {
  await post(`/sync/${verb}`, { ...all, syncs: ['issues', 'issues::a', { name: 'issues', variant: 'b' }] })
  expect(world.commands[0]?.action?.value).toMatchObject({
    target: { syncs: ['base', 'a', 'b'].map((variant) => ({ name: 'issues', variant })) },
  })
})

test('cancel tells how many runs ended, of the syncs that are named', async () => {
  world.answer = () => ({
    $case: 'done',
    value: { frequency: '', scheduleId: '', cancelled: 3, runs: [], moreRuns: false, refusals: [] },
  })
  const answer = await post('/sync/cancel', { ...all, syncs: ['issues::a'], connection_id: 'user-1' })
  expect(answer).toMatchObject({ status: 200, body: { cancelled: 3 } })
  expect(world.commands[0]?.action).toEqual({
    $case: 'cancel',
    value: { target: { ...target, connectionId: 'user-1', syncs: [{ name: 'issues', variant: 'a' }] } },
  })
  expect(await post('/sync/cancel', { ...all, syncs: ['wiki'] })).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_sync' } },
  })
})

test('a run is cancelled by its id in the environment of the key; one that is not known there is a 404', async () => {
  world.answer = () => ({
    $case: 'done',
    value: { frequency: '', scheduleId: '', cancelled: 1, runs: [], moreRuns: false, refusals: [] },
  })
  expect(await home.api('/runs/s-17/cancel', { method: 'POST' })).toMatchObject({
    status: 200,
    body: { cancelled: 1 },
  })
  expect(world.commands[0]).toMatchObject({
    environment: home.environment,
    action: { $case: 'cancelRun', value: { runId: 's-17' } },
  })
  const message = "there is no run 's-18'"
  world.answer = () => ({ $case: 'refused', value: { code: 'unknown_run', message } })
  expect(await home.api('/runs/s-18/cancel', { method: 'POST' })).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_run', message } },
  })
})

test.each([
  [{}, { reset: false, emptyCache: false }],
  [{ opts: { reset: true } }, { reset: true, emptyCache: false }],
  [{ opts: { reset: true, emptyCache: true, other: 1 } }, { reset: true, emptyCache: true }],
  [{ sync_mode: 'full_refresh_and_clear_cache' }, { reset: true, emptyCache: true }],
  [{ full_resync: true }, { reset: true, emptyCache: false }],
])('trigger with %j sends %j', async (mode, expected) => {
  expect((await post('/sync/trigger', { ...all, ...mode })).status).toBe(200)
  expect(world.commands[0]?.action?.value).toEqual({ target, withRuns: false, ...expected })
})

test('trigger finds integration and connection in the headers too', async () => {
  const headers = { 'Provider-Config-Key': 'github', 'Connection-Id': 'user-1' }
  expect((await post('/sync/trigger', { syncs: [] }, headers)).status).toBe(200)
  expect(world.commands[0]?.action?.value).toMatchObject({ target: { ...target, connectionId: 'user-1' } })
})

test('trigger without an integration says so', async () => {
  const answer = await post('/sync/trigger', { syncs: [] })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'missing_provider_config_key' } } })
})

test.each([
  [{ opts: { emptyCache: true } }, ['opts', 'emptyCache']],
  [{ opts: { reset: false, emptyCache: true } }, ['opts', 'emptyCache']],
  [{ opts: {}, full_resync: true }, ['opts']],
  [{ opts: {}, sync_mode: 'incremental' }, ['opts']],
  [{ opts: null }, ['opts']],
  [{ sync_mode: 'now' }, ['sync_mode']],
  [{ syncs: 'issues' }, ['syncs']],
  [{ syncs: [{ name: 'issues' }] }, ['syncs', '0']],
])('trigger with %j is a 400 that names %j', async (fields, path) => {
  const answer = await post('/sync/trigger', { ...all, ...fields })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_body', errors: [{ path }] } } })
  expect(world.commands).toEqual([])
})

test.each(['start', 'pause'])(
  '%s takes no more than 256 syncs, and no unknown keys in them',
  async (verb) => {
    const many = await post(`/sync/${verb}`, { ...all, syncs: Array(257).fill('issues') })
    expect(many.body.error).toMatchObject({
      code: 'invalid_body',
      errors: [{ code: 'too_big', path: ['syncs'] }],
    })
    const extra = await post(`/sync/${verb}`, { ...all, syncs: [{ name: 'issues', variant: 'a', b: 1 }] })
    expect(extra.body.error).toMatchObject({ code: 'invalid_body', errors: [{ path: ['syncs', '0'] }] })
  },
)

test.each([
  [{ provider_config_key: 'gitlab' }, 'unknown_integration'],
  [{ connection_id: 'user-2' }, 'unknown_connection'],
  [{ syncs: ['issues', 'wiki'] }, 'unknown_sync'],
])('%j is a 404 %s before anything is sent', async (fields, code) => {
  for (const verb of ['trigger', 'start', 'pause']) {
    const answer = await post(`/sync/${verb}`, { ...all, ...fields })
    expect(answer).toMatchObject({ status: 404, body: { error: { code } } })
  }
  expect(world.commands).toEqual([])
})

test('another environment cannot reach ours', async () => {
  const { key } = await world.environment()
  const answer = await ask(world.url, key, '/sync/trigger', { method: 'POST', json: all })
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'unknown_integration' } } })
})

test('what the scheduler refuses is an error with its code', async () => {
  world.answer = () => ({ $case: 'refused', value: { code: 'unknown_sync', message: "no variant 'x'" } })
  const answer = await post('/sync/start', { ...all, syncs: ['issues::x'] })
  expect(answer.status).toBe(404)
  expect(answer.body).toMatchObject({ error: { code: 'unknown_sync', message: "no variant 'x'" } })
})

const update = (fields: Record<string, unknown>) =>
  home.api('/sync/update-connection-frequency', {
    method: 'PUT',
    json: { provider_config_key: 'github', connection_id: 'user-1', sync_name: 'issues', ...fields },
  })

test('a new frequency is sent as it is shown, and the one in force comes back', async () => {
  world.answer = () => ({
    $case: 'done',
    value: {
      frequency: 'every 30 minutes',
      scheduleId: '',
      cancelled: 0,
      runs: [],
      moreRuns: false,
      refusals: [],
    },
  })
  const answer = await update({ frequency: '30m' })
  expect(answer).toMatchObject({ status: 200, body: { frequency: 'every 30 minutes' } })
  expect(world.commands[0]?.action).toEqual({
    $case: 'setFrequency',
    value: {
      providerConfigKey: 'github',
      connectionId: 'user-1',
      sync: { name: 'issues', variant: 'base' },
      frequency: 'every 30 minutes',
    },
  })
})

test('null goes back to the default, of a variant too', async () => {
  expect((await update({ frequency: null, sync_variant: 'a' })).body).toEqual({ frequency: 'every hour' })
  expect(world.commands[0]?.action?.value).toMatchObject({ frequency: '', sync: { variant: 'a' } })
})

test.each(['every 29 seconds', 'now and then', 'every 40 days', ''])(
  'frequency %j is a 400',
  async (frequency) => {
    const answer = await update({ frequency })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatchObject({ code: 'invalid_body', errors: [{ path: ['frequency'] }] })
    expect(answer.body.error.message).toContain(`'${frequency}'`)
  },
)

test('frequency is a required key', async () => {
  expect((await update({})).body.error.errors[0].path).toEqual(['frequency'])
})

const place = { provider_config_key: 'github', connection_id: 'user-1' }

test('a variant is made, and tells its id', async () => {
  const answer = await post('/sync/issues/variant/team-a', place)
  expect(answer).toMatchObject({ status: 200, body: { id: 'schedule-1', name: 'issues', variant: 'team-a' } })
  expect(world.commands[0]?.action).toMatchObject({
    $case: 'createVariant',
    value: { connectionId: 'user-1', sync: { name: 'issues', variant: 'team-a' } },
  })
})

test('a variant is deleted with an empty 200', async () => {
  const answer = await home.api('/sync/issues/variant/team-a', { method: 'DELETE', json: place })
  expect([answer.status, answer.text]).toEqual([200, ''])
  expect(world.commands[0]?.action?.$case).toBe('deleteVariant')
})

test.each(['POST', 'DELETE'])('%s of a variant refuses base in any case', async (method) => {
  for (const name of ['base', 'Base']) {
    const answer = await home.api(`/sync/issues/variant/${name}`, { method, json: place })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_variant' } } })
  }
})

test('a variant that exists is a 400 of its own', async () => {
  const code = 'sync_variant_already_exists'
  world.answer = () => ({ $case: 'refused', value: { code, message: 'there' } })
  const answer = await post('/sync/issues/variant/team-a', place)
  expect(answer).toMatchObject({ status: 400, body: { error: { code } } })
})

test.each([
  ['/sync/a%20b/variant/c', place, 400, 'invalid_uri_params'],
  ['/sync/issues/variant/c', {}, 400, 'invalid_body'],
  ['/sync/issues/variant/c?x=1', place, 400, 'invalid_query_params'],
  ['/sync/wiki/variant/c', place, 404, 'unknown_sync'],
  ['/sync/issues/variant/c', { ...place, connection_id: 'user-2' }, 404, 'unknown_connection'],
])('POST %s with %j is a %d %s', async (path, json, status, code) => {
  expect(await post(path, json)).toMatchObject({ status, body: { error: { code } } })
})

test('with Prefer: return=representation a trigger and a start tell the runs', async () => {
  const runs = [{ id: 's-1', connectionId: 'user-1', sync: 'issues', variant: 'base' }]
  world.answer = () => ({ $case: 'done', value: { ...PLAIN, runs } })
  for (const verb of ['trigger', 'start']) {
    const answer = await post(`/sync/${verb}`, all, { Prefer: 'wait=10, return=representation' })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        runs: [{ id: 's-1', connection_id: 'user-1', name: 'issues', variant: 'base' }],
        has_more: false,
      },
    })
    expect(answer.headers.get('preference-applied')).toBe('return=representation')
    expect(world.commands.at(-1)?.action?.value).toMatchObject({ withRuns: true })
    const plain = await post(`/sync/${verb}`, all, { Prefer: 'return=minimal' })
    expect([plain.status, plain.text, plain.headers.get('preference-applied')]).toEqual([200, '', null])
  }
})

test('commands that come together are applied in one go, and each has its own answer', async () => {
  const variants = Array.from({ length: 150 }, (_, i) => `v${i}`)
  world.answer = ({ action }) => {
    const sync = action?.$case === 'createVariant' ? action.value.sync : undefined
    return { $case: 'done', value: { ...PLAIN, scheduleId: `id-${sync?.variant}` } }
  }
  const place = { provider_config_key: 'github', connection_id: 'user-1' }
  const answers = await Promise.all(variants.map((name) => post(`/sync/issues/variant/${name}`, place)))
  expect(answers.map(({ body }) => body.id)).toEqual(variants.map((name) => `id-${name}`))
  expect(world.commands).toHaveLength(150)
})

const ids = ['s1', 's2']

test.each([
  [
    { action: 'trigger', ids },
    { $case: 'trigger', value: { reset: false } },
  ],
  [
    { action: 'reset', ids },
    { $case: 'trigger', value: { reset: true } },
  ],
  [
    { action: 'start', ids },
    { $case: 'start', value: {} },
  ],
  [
    { action: 'pause', ids },
    { $case: 'pause', value: {} },
  ],
  [
    { action: 'frequency', ids, frequency: 'every 2 hours' },
    { $case: 'setFrequency', value: { frequency: 'every 2 hours' } },
  ],
  [
    { action: 'frequency', ids, frequency: null },
    { $case: 'setFrequency', value: { frequency: '' } },
  ],
])('an action on schedules is one command, and each has its result: %j', async (json, action) => {
  const refusals = [{ id: 's2', code: 'not_found', message: 'gone' }]
  world.answer = () => ({ $case: 'done', value: { ...PLAIN, refusals } })
  world.commands.length = 0
  const results = [
    { id: 's1', done: true },
    { id: 's2', error: { code: 'not_found', message: 'gone' } },
  ]
  const key = { 'Idempotency-Key': JSON.stringify(json) }
  for (let times = 0; times < 2; times++)
    expect(await post('/schedules/actions', json, key)).toMatchObject({ status: 200, body: { results } })
  expect(world.commands.map((command) => command.action)).toEqual([
    { $case: 'actOnSchedules', value: { ids, action } },
  ])
})

test.each([
  ['POST', '/schedules/actions', { action: 'pause', ids: ['a', 'a'] }, 'invalid_body'],
  ['POST', '/schedules/actions', { action: 'pause', ids: [] }, 'invalid_body'],
  [
    'POST',
    '/schedules/actions',
    { action: 'pause', ids: Array.from({ length: 101 }, String) },
    'invalid_body',
  ],
  ['POST', '/schedules/actions', { action: 'frequency', ids }, 'invalid_body'],
  ['POST', '/schedules/actions', { action: 'pause', ids, frequency: 'every hour' }, 'invalid_body'],
  ['POST', '/schedules/actions', { action: 'frequency', ids, frequency: 'often' }, 'invalid_body'],
  ['PUT', '/schedules/checkpoint', { checkpoint: { at: { deep: 1 } } }, 'invalid_body'],
  ['PUT', '/schedules/checkpoint', { checkpoint: [1] }, 'invalid_body'],
  ['PUT', '/schedules/checkpoint', { checkpoint: { '': 1 } }, 'invalid_body'],
  ['PUT', '/schedules/checkpoint', { checkpoint: { text: 'x'.repeat(65_537) } }, 'invalid_body'],
  [
    ...(['PUT', '/schedules/checkpoint'] as const),
    { checkpoint: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`field${i}`, i])) },
    'invalid_body',
  ],
])('%s %s with a wrong body sends no command', async (method, path, json, code) => {
  world.commands.length = 0
  const place = { provider_config_key: 'github', connection_id: 'user-1', sync_name: 'issues' }
  const whole = method === 'PUT' ? { ...place, ...json } : json
  expect(await home.api(path, { method, json: whole })).toMatchObject({
    status: 400,
    body: { error: { code } },
  })
  expect(world.commands).toEqual([])
})

test('a checkpoint is set by a command, and refused with 409 while a run is running', async () => {
  const place = { provider_config_key: 'github', connection_id: 'user-1', sync_name: 'issues' }
  const set = (checkpoint: unknown) =>
    home.api('/schedules/checkpoint', { method: 'PUT', json: { ...place, checkpoint } })
  world.answer = () => ({ $case: 'done', value: PLAIN })
  expect(await set({ at: 1, name: 'x', done: false })).toMatchObject({
    ...{ status: 200, body: { checkpoint: { at: 1, name: 'x', done: false } } },
  })
  expect(await set(null)).toMatchObject({ status: 200, body: { checkpoint: null } })
  world.answer = () => ({ $case: 'refused', value: { code: 'in_use', message: 'a run is running' } })
  expect(await set({ at: 2 })).toMatchObject({ status: 409, body: { error: { code: 'in_use' } } })
})
