import { randomUUID } from 'node:crypto'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { CONNECTION, INTEGRATION, SYNC } from '../example-system.ts'
import { json } from '../stand-in-api.ts'
import { api, example, nango, refusal } from './world.ts'

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
