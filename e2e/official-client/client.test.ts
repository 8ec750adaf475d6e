import { execFile } from 'node:child_process'
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Nango } from '@nangohq/node'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONNECTION, type ExampleSystem, INTEGRATION, SYNC, startExampleSystem } from '../example-system.ts'
import { generatedItems } from '../generated-items.ts'
import { json, type StandInApi, startStandInApi } from '../stand-in-api.ts'

// The client of the npm registry, unmodified. `docs/compatibility.md` says of each of its methods whether it works.

let example: ExampleSystem
let api: StandInApi
let nango: Nango
/** Methods that a test here has called. */
const called = new Set<string>()

beforeAll(async () => {
  api = await startStandInApi()
  example = await startExampleSystem({ items: generatedItems(20, 10), egress: [api.host] })
  const client = new Nango({ host: example.system.url, secretKey: example.key })
  nango = new Proxy(client, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (typeof value === 'function') called.add(String(name))
      return value
    },
  })
  await deployAction()
  await example.run()
})
afterAll(async () => {
  await example?.[Symbol.asyncDispose]()
  await api?.[Symbol.asyncDispose]()
})

async function deployAction() {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-actions-'))
  await mkdir(join(folder.path, INTEGRATION, 'actions'), { recursive: true })
  await writeFile(
    join(folder.path, INTEGRATION, 'actions/add.ts'),
    `import { createAction } from '@syncline/sdk'
     import { z } from 'zod'
     export default createAction({
       description: 'Adds one',
       input: z.object({ n: z.number() }),
       output: z.object({ n: z.number() }),
       exec: (_nango, { n }) => ({ n: n + 1 }),
     })`,
  )
  const env = { PATH: process.env.PATH, SYNCLINE_URL: example.system.url, SYNCLINE_KEY: example.key }
  const cli = join(import.meta.dirname, '../../cli/src/main.ts')
  await promisify(execFile)(process.execPath, ['--no-warnings', cli, 'deploy', folder.path], { env })
}

const place = { providerConfigKey: INTEGRATION, connectionId: CONNECTION }
const model = 'GithubIssue'

async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (failed) => failed,
  )
  return error?.response?.status as number | undefined
}

test('records', async () => {
  const page = await nango.listRecords({ ...place, model, limit: 2 })
  expect(page.records).toHaveLength(2)
  const next = await nango.listRecords({ ...place, model, limit: 2, cursor: page.next_cursor })
  expect(next.records[0]?.id).not.toBe(page.records[0]?.id)
  const id = String(page.records[1]?.id)
  expect((await nango.listRecords({ ...place, model, ids: [id] })).records).toHaveLength(1)
  const untilCursor = page.records[0]?._nango_metadata.cursor ?? ''
  expect(await nango.pruneRecords({ ...place, model, untilCursor })).toEqual({ count: 1, has_more: false })
})

test('syncs', async () => {
  await nango.triggerSync(INTEGRATION, [SYNC], CONNECTION)
  await nango.triggerSync(INTEGRATION, [SYNC], CONNECTION, 'incremental')
  await nango.pauseSync(INTEGRATION, [SYNC], CONNECTION)
  await eventually(async () => {
    const { syncs } = await nango.syncStatus(INTEGRATION, [SYNC], CONNECTION)
    if (syncs[0]?.status !== 'PAUSED') throw new Error(`it is ${syncs[0]?.status}`)
  })
  await nango.startSync(INTEGRATION, [SYNC], CONNECTION)
  expect((await nango.syncStatus(INTEGRATION, '*', CONNECTION)).syncs.length).toBeGreaterThan(0)
  expect(await nango.updateSyncConnectionFrequency(INTEGRATION, SYNC, CONNECTION, 'every 2 hours')).toEqual({
    frequency: 'every 2 hours',
  })
  const variant = {
    provider_config_key: INTEGRATION,
    connection_id: CONNECTION,
    name: SYNC,
    variant: 'second',
  }
  expect(await nango.createSyncVariant(variant)).toMatchObject({ variant: 'second' })
  expect(await nango.deleteSyncVariant(variant)).toBe('')
  expect(await nango.getEnvironmentVariables()).toBeInstanceOf(Array)
})

test('metadata, connections and tokens', async () => {
  await nango.setMetadata(INTEGRATION, CONNECTION, { repo: 'owner/name', a: 1 })
  await nango.updateMetadata(INTEGRATION, CONNECTION, { b: 2 })
  expect(await nango.getMetadata(INTEGRATION, CONNECTION)).toMatchObject({ a: 1, b: 2 })
  expect(await nango.getConnection(INTEGRATION, CONNECTION)).toMatchObject({ connection_id: CONNECTION })
  expect(await nango.getToken(INTEGRATION, CONNECTION)).toBeDefined()
  expect((await nango.listConnections()).connections).toHaveLength(1)
  expect((await nango.listConnections({ connectionId: CONNECTION })).connections).toHaveLength(1)
})

test('end users, the wait for a connection, and the raw answer of a provider', async () => {
  const connectionId = randomUUID()
  const made = await fetch(`${example.system.url}/connections`, {
    method: 'POST',
    headers: { authorization: `Bearer ${example.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      provider_config_key: INTEGRATION,
      connection_id: connectionId,
      credentials: { type: 'OAUTH2', access_token: 'token-1', raw: { access_token: 'token-1', team: 'a' } },
    }),
  })
  expect(made.status).toBe(201)
  const raw = await nango.getRawTokenResponse(INTEGRATION, connectionId)
  expect(raw).toMatchObject({ access_token: 'token-1', team: 'a' })
  expect(await nango.getToken(INTEGRATION, connectionId)).toBe('token-1')
  const id = `user-${connectionId}`
  const place = { connectionId, provider_config_key: INTEGRATION }
  expect(await nango.patchConnection(place, { end_user: { id, email: 'a@example.com' } })).toEqual({
    success: true,
  })
  expect(await nango.waitForConnection(INTEGRATION, id)).toMatchObject({
    connection_id: connectionId,
    end_user: { id, email: 'a@example.com' },
  })
  await nango.deleteConnection(INTEGRATION, connectionId)
})

test('providers', async () => {
  const { data } = await nango.listProviders({ search: 'git' })
  const [provider] = data.filter(({ name }) => name === 'github')
  expect(provider).toMatchObject({ name: 'github', auth_mode: expect.any(String), categories: [] })
  expect((await nango.getProvider({ provider: 'github' })).data).toMatchObject({ name: 'github' })
  expect(await refusal(nango.getProvider({ provider: 'none' }))).toBe(404)
})

test('integrations', async () => {
  const provider = 'github'
  await nango.createIntegration({ provider, unique_key: 'made' })
  expect((await nango.listIntegrations()).configs.map(({ unique_key }) => unique_key)).toContain('made')
  expect((await nango.getIntegration({ uniqueKey: 'made' })).data).toMatchObject({ unique_key: 'made' })
  await nango.updateIntegration({ uniqueKey: 'made' }, { display_name: 'Made' })
  expect((await nango.getIntegration({ uniqueKey: 'made' })).data).toMatchObject({ display_name: 'Made' })
  await nango.deleteIntegration('made')
  expect(await refusal(nango.getIntegration({ uniqueKey: 'made' }))).toBe(404)
})

test('proxy', async () => {
  await example.client.integrations.create({
    uniqueKey: 'acme',
    provider: 'acme',
    baseUrl: api.url,
    auth: { type: 'bearer' },
  })
  const connectionId = randomUUID()
  await example.client.connections.create({
    providerConfigKey: 'acme',
    connectionId,
    credentials: { type: 'API_KEY', apiKey: 'secret-key' },
  })
  api.on('/things', ({ method, body, headers, url }, r) =>
    json(r, {
      method,
      body,
      own: headers['x-own'],
      key: headers.authorization,
      q: url.searchParams.get('q'),
    }),
  )
  const config = { endpoint: '/things', providerConfigKey: 'acme', connectionId, headers: { 'X-Own': 'own' } }
  const common = { own: 'own', key: 'Bearer secret-key', q: 'a b' }
  const params = { q: 'a b' }
  expect((await nango.get({ ...config, params })).data).toMatchObject({ method: 'GET', ...common })
  const data = { a: 1 }
  for (const name of ['post', 'put', 'patch', 'delete'] as const) {
    const answer = await nango[name]({ ...config, params, data })
    expect(answer.data).toMatchObject({ method: name.toUpperCase(), ...common, body: '{"a":1}' })
  }
  expect((await nango.proxy({ ...config, retries: 2, retryOn: [418], decompress: true })).status).toBe(200)
  expect(await refusal(nango.get({ ...config, endpoint: '/none' }))).toBe(404)
  await nango.deleteConnection('acme', connectionId)
  expect(await refusal(nango.get({ ...config, endpoint: '/things' }))).toBe(404)
})

test('actions', async () => {
  expect(await nango.triggerAction(INTEGRATION, CONNECTION, 'add', { n: 1 })).toEqual({ n: 2 })
  expect(await refusal(nango.triggerAction(INTEGRATION, CONNECTION, 'add', { n: 'x' }))).toBe(400)
  expect(await refusal(nango.triggerAction(INTEGRATION, CONNECTION, 'none', {}))).toBe(404)
  const { id, statusUrl } = await nango.triggerActionAsync(INTEGRATION, CONNECTION, 'add', { n: 2 })
  for (const asked of [{ id }, { statusUrl }]) {
    await eventually(async () => expect(await nango.getAsyncActionResult(asked)).toEqual({ n: 3 }))
  }
})

test('scripts config', async () => {
  expect(await nango.getScriptsConfig()).toMatchObject([
    {
      providerConfigKey: INTEGRATION,
      syncs: expect.arrayContaining([expect.objectContaining({ name: SYNC })]),
      actions: [{ name: 'add', type: 'action', description: 'Adds one' }],
    },
  ])
  expect(await nango.getScriptsConfig('openai')).toMatchObject({
    data: [{ name: 'add', parameters: { required: ['n'] } }],
  })
})

test('signatures of webhooks are checked with webhookSigningKey, else with secretKey, never with apiKey', () => {
  const body = '{"a":1}'
  const hmac = (key: string) => ({
    'X-Nango-Hmac-Sha256': createHmac('sha256', key).update(body).digest('hex'),
  })
  expect(nango.verifyIncomingWebhookRequest(body, hmac(example.key))).toBe(true)
  expect(nango.verifyIncomingWebhookRequest(body, hmac('other'))).toBe(false)
  const hash = createHash('sha256').update(`${example.key}${body}`).digest('hex')
  expect(nango.verifyWebhookSignature(hash, JSON.parse(body))).toBe(true)
  const signing = new Nango({ secretKey: example.key, webhookSigningKey: 'signing' })
  expect(signing.verifyIncomingWebhookRequest(body, hmac('signing'))).toBe(true)
  expect(signing.verifyIncomingWebhookRequest(body, hmac(example.key))).toBe(false)
  expect(new Nango({ apiKey: example.key }).verifyIncomingWebhookRequest(body, hmac(example.key))).toBe(false)
})

test('what is not offered is a 404', async () => {
  expect(await refusal(nango.createConnectSession({} as never))).toBe(404)
  expect(
    await refusal(nango.createReconnectSession({ connection_id: CONNECTION, integration_id: INTEGRATION })),
  ).toBe(404)
  expect(await refusal(nango.createQuickstartIntegration({ provider: 'github' } as never))).toBe(404)
  expect(await refusal(nango.getProviderTemplates({ provider: 'github' }))).toBe(404)
  const one = { uniqueKey: INTEGRATION, name: SYNC } as never
  expect(await refusal(nango.listFunctions({ uniqueKey: INTEGRATION }))).toBe(404)
  expect(await refusal(nango.getFunction(one))).toBe(404)
  expect(await refusal(nango.getFunctionCode(one))).toBe(404)
  expect(await refusal(nango.deleteFunction(one, {} as never))).toBe(404)
})

// Last: it looks at what the others have called.
test('docs/compatibility.md has each method once, and all of them were called', async () => {
  const path = join(import.meta.dirname, '../../docs/compatibility.md')
  const rows = [...(await readFile(path, 'utf8')).matchAll(/^\| `(\w+)` \| ([a-z ]+) \|/gm)]
  const { _triggerAction, _verifyWebhookSignatureImpl, ...rest } = Object.getOwnPropertyDescriptors(
    Nango.prototype,
  )
  const privates = ['constructor', 'getConnectionDetails', 'enrichHeaders']
  const methods = Object.keys(rest).filter((name) => !privates.includes(name))
  expect(rows.map(([, name]) => name).sort()).toEqual(methods.sort())
  expect(methods.filter((name) => !called.has(name))).toEqual([])
})
