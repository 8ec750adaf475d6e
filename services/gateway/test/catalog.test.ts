import { hash } from 'node:crypto'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aSync, ask, furnish, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

type Api = Awaited<ReturnType<typeof furnish>>['api']
const post = (api: Api, path: string, json: unknown) => api(path, { method: 'POST', json })
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

test('an integration of a known provider needs no settings', async () => {
  const { api } = await furnish(world)
  expect((await api('/integrations/github')).body.data).toMatchObject({
    unique_key: 'github',
    provider: 'github',
    display_name: 'GitHub',
    base_url: 'https://api.github.com',
    auth: { type: 'bearer' },
    pagination: { type: 'link' },
    created_at: INSTANT,
    updated_at: INSTANT,
  })
})

test('what is given for an integration wins over the preset, and can be changed', async () => {
  const { api } = await furnish(world)
  const made = await post(api, '/integrations', {
    unique_key: 'crm',
    provider: 'crm',
    base_url: 'https://crm.example',
    auth: { type: 'header', name: 'x-key' },
    headers: { 'x-a': '1' },
  })
  expect(made.status).toBe(200)
  const changed = await api('/integrations/crm', {
    method: 'PATCH',
    json: { base_url: 'https://eu.crm.example' },
  })
  expect(changed.body.data).toMatchObject({
    base_url: 'https://eu.crm.example',
    auth: { type: 'header', name: 'x-key', prefix: '' },
    headers: { 'x-a': '1' },
  })
  const { body } = await api('/integrations')
  expect(body.data.map((it: { unique_key: string }) => it.unique_key)).toEqual(['crm', 'github'])
})

test.each([
  [{ unique_key: 'x', provider: 'nobody' }, 400, 'invalid_body', ['base_url']],
  [{ unique_key: 'x', provider: 'nobody', base_url: 'ftp://x' }, 400, 'invalid_body', ['base_url']],
  [{ unique_key: 'x/y', provider: 'github' }, 400, 'invalid_body', ['unique_key']],
  [
    { unique_key: 'x', provider: 'github', auth: { type: 'bearer', name: 'x' } },
    400,
    'invalid_body',
    ['auth'],
  ],
  [{ unique_key: 'x', provider: 'github', retry: { wait: 1 } }, 400, 'invalid_body', ['retry']],
  [
    { unique_key: 'x', provider: 'x', base_url: 'https://me:sesame@x.example' },
    400,
    'invalid_body',
    ['base_url'],
  ],
  [{ unique_key: 'x', provider: 'x', base_url: 'https://x.example/?a=1' }, 400, 'invalid_body', ['base_url']],
  [
    { unique_key: 'x', provider: 'x', base_url: 'https://x.example:99999' },
    400,
    'invalid_body',
    ['base_url'],
  ],
  [
    { unique_key: 'x', provider: 'x', base_url: 'https://${credentials.apiKey}.x.example' },
    400,
    'invalid_body',
    ['base_url'],
  ],
  [
    { unique_key: 'x', provider: 'github', connection_config: { a: { description: 'a', pattern: '([' } } },
    400,
    'invalid_body',
    ['connection_config', 'a', 'pattern'],
  ],
  [
    { unique_key: 'x', provider: 'github', headers: { 'x-key': '${credential.key}' } },
    400,
    'invalid_body',
    ['headers', 'x-key'],
  ],
  [
    { unique_key: 'x', provider: 'github', budget: { requests: 1, per: '2 weeks' } },
    400,
    'invalid_body',
    ['budget', 'per'],
  ],
  [
    { unique_key: 'x', provider: 'github', budget: { requests: 1, key: 'conection' } },
    400,
    'invalid_body',
    ['budget', 'key'],
  ],
  [{ unique_key: 'github', provider: 'github' }, 409, 'already_exists', undefined],
])('an integration of %j is a %d %s', async (json, status, code, path) => {
  const { api } = await furnish(world)
  const answer = await post(api, '/integrations', json)
  expect(answer).toMatchObject({ status, body: { error: { code } } })
  expect(answer.body.error.errors?.[0].path).toEqual(path)
  expect(JSON.stringify(answer.body)).not.toContain('sesame')
})

test('an integration that is changed is checked like a new one', async () => {
  const { api } = await furnish(world)
  const patch = (json: unknown) => api('/integrations/github', { method: 'PATCH', json })
  const refused = await patch({ base_url: 'https://me:sesame@x.example' })
  expect(refused).toMatchObject({ status: 400, body: { error: { errors: [{ path: ['base_url'] }] } } })
  expect((await patch({ base_url: 'https://${connectionConfig.host}.x.example' })).status).toBe(200)
})

test('a deleted integration takes its connections and syncs along', async () => {
  const { api, environment } = await furnish(world)
  expect((await api('/integrations/github', { method: 'DELETE' })).body).toEqual({ success: true })
  expect((await api('/integrations/github')).status).toBe(404)
  await eventually(async () => {
    expect(await world.catalog.connections.find(environment, 'github', 'user-1')).toBeUndefined()
    expect(await world.catalog.syncs.find(environment, 'github', 'issues')).toBeUndefined()
  })
})

test('a connection shows its credentials when it is read by itself, and never in a list', async () => {
  const { api, environment, uid } = await furnish(world)
  const one = await api('/connections/user-1?provider_config_key=github&force_refresh=false&refresh_token=0')
  expect(one.body).toEqual({
    id: expect.any(Number),
    uid,
    end_user: null,
    webhook_url_override: null,
    last_fetched_at: INSTANT,
    connection_id: 'user-1',
    provider_config_key: 'github',
    provider: 'github',
    errors: [],
    needs_reauth: null,
    tags: {},
    metadata: { repo: 'acme/shop' },
    connection_config: {},
    created_at: INSTANT,
    updated_at: INSTANT,
    on_events: [],
    credentials: { type: 'API_KEY', apiKey: 'secret-token' },
  })
  const list = await api('/connections')
  expect(list.body.connections).toMatchObject([{ connection_id: 'user-1', created: INSTANT }])
  expect(list.text).not.toContain('secret-token')
  const stored = await world.catalog.connections.get(environment, 'github', 'user-1')
  expect(JSON.stringify(stored)).not.toContain('secret-token')
})

test('a refresh token is shown on demand only', async () => {
  const { api } = await furnish(world)
  const credentials = { type: 'OAUTH2', access_token: 'a', refresh_token: 'r' }
  await post(api, '/connections', { provider_config_key: 'github', connection_id: 'o', credentials })
  const path = '/connections/o?provider_config_key=github'
  expect((await api(path)).body.credentials).toEqual({
    type: 'OAUTH2',
    access_token: 'a',
    raw: { access_token: 'a' },
  })
  expect((await api(`${path}&refresh_token=true`)).body.credentials).toEqual({
    ...credentials,
    raw: { access_token: 'a', refresh_token: 'r' },
  })
})

test('a connection without an id gets one; one that exists is overwritten and stays the same', async () => {
  const { api, uid } = await furnish(world)
  const json = { provider_config_key: 'github', credentials: { type: 'NONE' } }
  const made = await post(api, '/connections', json)
  expect(made.status).toBe(201)
  expect(made.body.connection_id).toMatch(/^[0-9a-f-]{36}$/)
  const again = await post(api, '/connections', { ...json, connection_id: 'user-1' })
  expect(again).toMatchObject({ status: 201, body: { uid, credentials: { type: 'NONE' } } })
})

test('a connection id may hold any sign that the rule allows', async () => {
  const { api } = await furnish(world)
  const id = `a/b c$[1]@x"y'z`
  await post(api, '/connections', {
    provider_config_key: 'github',
    connection_id: id,
    credentials: { type: 'NONE' },
  })
  const answer = await api(`/connections/${encodeURIComponent(id)}?provider_config_key=github`)
  expect(answer.body.connection_id).toBe(id)
})

test.each([
  [{ credentials: { type: 'BASIC', username: 'u', password: 'p' } }, 400, 'invalid_body'],
  [{ credentials: { type: 'API_KEY' } }, 400, 'invalid_body'],
  [{ credentials: { type: 'API_KEY', apiKey: 'a', b: 1 } }, 400, 'invalid_body'],
  [{ credentials: { type: 'NONE' }, connection_id: '#' }, 400, 'invalid_body'],
  [{ credentials: { type: 'NONE' }, tags: { '1': 'x' } }, 400, 'invalid_body'],
  [{ credentials: { type: 'NONE' }, provider_config_key: 'gitlab' }, 404, 'unknown_integration'],
])('a connection with %j is a %d %s', async (fields, status, code) => {
  const { api } = await furnish(world)
  const answer = await post(api, '/connections', { provider_config_key: 'github', ...fields })
  expect(answer).toMatchObject({ status, body: { error: { code } } })
})

test('connections are listed newest first, filtered and in pages', async () => {
  const { api } = await furnish(world)
  for (const [id, team] of [
    ['b', 'x'],
    ['bb', 'y'],
    ['c', 'y'],
  ]) {
    await post(api, '/connections', {
      provider_config_key: 'github',
      connection_id: id,
      credentials: { type: 'NONE' },
      tags: { team },
    })
  }
  const ids = async (query: string) =>
    (await api(`/connections?${query}`)).body.connections.map(
      (it: { connection_id: string }) => it.connection_id,
    )
  expect((await ids('')).at(-1)).toBe('user-1')
  expect((await ids('')).toSorted()).toEqual(['b', 'bb', 'c', 'user-1'])
  expect(await ids('connectionId=b')).toEqual(['b'])
  expect((await ids('search=b')).toSorted()).toEqual(['b', 'bb'])
  expect((await ids('tags[team]=y')).toSorted()).toEqual(['bb', 'c'])
  expect(await ids('integrationId=gitlab,other')).toEqual([])
  expect([...(await ids('limit=3')), ...(await ids('limit=3&page=1'))]).toEqual(await ids(''))
  for (const query of ['limit=0', 'limit=2001', 'page=-1', 'x=1']) {
    expect((await api(`/connections?${query}`)).body.error.code).toBe('invalid_query_params')
  }
})

test('a deleted connection is gone, and made again it is another one', async () => {
  const { api, uid } = await furnish(world)
  const path = '/connections/user-1?provider_config_key=github'
  expect((await api(path, { method: 'DELETE' })).body).toEqual({ success: true })
  expect(await api(path)).toMatchObject({ status: 404, body: { error: { code: 'unknown_connection' } } })
  expect(await api(path, { method: 'DELETE' })).toMatchObject({ status: 404 })
  const json = { provider_config_key: 'github', connection_id: 'user-1', credentials: { type: 'NONE' } }
  expect((await post(api, '/connections', json)).body.uid).not.toBe(uid)
})

test('metadata is replaced by POST and merged one level deep by PATCH', async () => {
  const { api } = await furnish(world)
  const metadata = async () => (await api('/connections/user-1?provider_config_key=github')).body.metadata
  const body = {
    provider_config_key: 'github',
    connection_id: 'user-1',
    metadata: { a: { b: 1, c: 1 }, d: 1 },
  }
  expect(await post(api, '/connections/metadata', body)).toMatchObject({ status: 201, body })
  expect(await metadata()).toEqual(body.metadata)
  const patch = { ...body, metadata: { a: { b: 2 }, e: 1 } }
  expect(await api('/connections/metadata', { method: 'PATCH', json: patch })).toMatchObject({
    status: 200,
    body: patch,
  })
  expect(await metadata()).toEqual({ a: { b: 2 }, d: 1, e: 1 })
})

test('metadata of several connections changes for all or none', async () => {
  const { api } = await furnish(world)
  const body = { provider_config_key: 'github', connection_id: ['user-1', 'user-9'], metadata: { x: 1 } }
  const answer = await post(api, '/connections/metadata', body)
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'unknown_connection' } } })
  const one = await api('/connections/user-1?provider_config_key=github')
  expect(one.body.metadata).toEqual({ repo: 'acme/shop' })
})

test('a deployment stores the bundle by its hash and counts the version on with each new one', async () => {
  const { api, environment } = await furnish(world)
  const deploy = async (fields: Record<string, unknown>) =>
    (await post(api, '/deployments', { syncs: [aSync({ name: 'pulls', bundle: 'one', ...fields })] })).body
      .syncs[0]
  const answer = { provider_config_key: 'github', name: 'pulls', models: ['GithubPulls'] }
  expect(await deploy({})).toEqual({ ...answer, version: '1', changed: true })
  expect(await deploy({})).toEqual({ ...answer, version: '1', changed: false })
  expect(await deploy({ frequency: '1h' })).toEqual({ ...answer, version: '1', changed: true })
  expect(await deploy({ frequency: '1h', bundle: 'two' })).toEqual({ ...answer, version: '2', changed: true })
  // Ours is another copy of the catalog, which hears of it a moment later.
  await eventually(async () =>
    expect(await world.catalog.syncs.get(environment, 'github', 'pulls')).toMatchObject({
      version: '2',
      frequency: 'every hour',
      autoStart: true,
      trackDeletes: false,
      bundle: hash('sha256', 'two', 'hex'),
    }),
  )
  expect(await world.catalog.bundles.get(hash('sha256', 'two', 'hex'))).toBe('two')
  const list = await api('/deployments')
  expect(list.body.syncs).toMatchObject([{ name: 'issues' }, { name: 'pulls', deployed_at: INSTANT }])
  expect(list.text).not.toContain('bundle')
})

test.each([
  [{ frequency: 'every second' }, 400, 'invalid_body', ['syncs', '1', 'frequency']],
  [{ models: ['issue'] }, 400, 'invalid_body', ['syncs', '1', 'models', '0']],
  [{ name: 'good' }, 400, 'invalid_body', ['syncs', '1', 'name']],
  [{ version: 'next' }, 400, 'invalid_body', ['syncs', '1', 'version']],
  [{ provider_config_key: 'gitlab' }, 404, 'unknown_integration', undefined],
])('a deployment with %j stores nothing at all', async (fields, status, code, path) => {
  const { api, environment } = await furnish(world)
  const syncs = [aSync({ name: 'good' }), aSync({ name: 'bad', ...fields })]
  const answer = await post(api, '/deployments', { syncs })
  expect(answer).toMatchObject({ status, body: { error: { code } } })
  expect(answer.body.error.errors?.[0].path).toEqual(path)
  expect(await world.catalog.syncs.find(environment, 'github', 'good')).toBeUndefined()
})

test('an action can be read by its name, and its schemas are in the scripts config', async () => {
  const { api } = await furnish(world)
  const schema = (name: string) => ({ type: 'object', properties: { [name]: { type: 'number' } } })
  const action = {
    ...{ provider_config_key: 'github', name: 'add', description: 'Adds one', version: '2' },
    ...{ input_schema: schema('n'), output_schema: schema('sum'), scopes: ['repo'] },
  }
  await post(api, '/deployments', { actions: [{ ...action, bundle: 'x' }] })
  const one = await api('/deployments/add?provider_config_key=github')
  expect(one.body).toEqual({ ...action, deployed_at: INSTANT })
  const [config] = (await api('/scripts/config')).body
  expect(config.syncs).toMatchObject([{ name: 'issues', returns: ['GithubIssue'], json_schema: null }])
  expect(config.actions).toMatchObject([
    {
      ...{ name: 'add', input: 'add_input', returns: ['add_output'], scopes: ['repo'] },
      json_schema: { definitions: { add_input: schema('n'), add_output: schema('sum') } },
    },
  ])
})

test('a deployed sync can be read by its name', async () => {
  const { api } = await furnish(world)
  const one = await api('/deployments/issues?provider_config_key=github')
  expect(one.status).toBe(200)
  expect(one.body).toEqual({
    provider_config_key: 'github',
    name: 'issues',
    description: 'Issues of a repository',
    version: '1',
    models: ['GithubIssue'],
    frequency: 'every 6 hours',
    auto_start: true,
    track_deletes: false,
    fresh: null,
    jitter: null,
    retries: 0,
    concurrency: null,
    overlap: 'skip',
    pause_after_failures: null,
    validate: null,
    deployed_at: INSTANT,
  })
  expect((await api('/deployments/issues')).body.error.code).toBe('invalid_query_params')
  expect((await api('/deployments/issues?provider_config_key=gitlab')).body.error.code).toBe(
    'unknown_integration',
  )
  expect(await api('/deployments/wiki?provider_config_key=github')).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_sync', message: "there is no sync 'wiki'" } },
  })
})

test('a deployed sync can be deleted', async () => {
  const { api } = await furnish(world)
  const path = '/deployments/issues?provider_config_key=github'
  expect((await api(path, { method: 'DELETE' })).body).toEqual({ success: true })
  expect((await api(path, { method: 'DELETE' })).body.error.code).toBe('unknown_sync')
})

test('variables are set, listed as a bare array, sealed, and deleted', async () => {
  const { api, environment } = await furnish(world)
  expect((await api('/environment-variables')).body).toEqual([])
  for (const [name, value] of [
    ['REGION', 'eu'],
    ['API_TOKEN', 'first'],
    ['API_TOKEN', 'sesame'],
  ]) {
    const set = await api(`/environment-variables/${name}`, { method: 'PUT', json: { value } })
    expect(set.body).toEqual({ success: true })
  }
  expect((await api('/environment-variables')).body).toEqual([
    { name: 'API_TOKEN', value: 'sesame' },
    { name: 'REGION', value: 'eu' },
  ])
  expect(JSON.stringify(world.catalog.variables.list(environment))).not.toContain('sesame')
  await api('/environment-variables/REGION', { method: 'DELETE' })
  expect((await api('/environment-variables')).body).toHaveLength(1)
  expect((await api('/environment-variables/REGION', { method: 'DELETE' })).status).toBe(404)
  expect((await api('/environment-variables?x=1')).body.error.code).toBe('invalid_query_params')
})

test('an environment sees nothing of another', async () => {
  await furnish(world)
  const { key } = await world.environment()
  const foreign = (path: string, init?: Parameters<typeof ask>[3]) => ask(world.url, key, path, init)
  expect((await foreign('/integrations')).body).toEqual({ data: [] })
  expect((await foreign('/connections')).body).toEqual({ connections: [] })
  expect((await foreign('/deployments')).body).toEqual({ syncs: [], actions: [] })
  expect((await foreign('/environment-variables')).body).toEqual([])
  const nowhere = await foreign('/connections/nobody?provider_config_key=github')
  const elsewhere = await foreign('/connections/user-1?provider_config_key=github')
  const { code, message } = nowhere.body.error
  expect(elsewhere).toMatchObject({ status: nowhere.status, body: { error: { code, message } } })
  expect((await foreign('/integrations/github', { method: 'DELETE' })).body.error.code).toBe(
    'unknown_integration',
  )
})
