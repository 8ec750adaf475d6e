import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { CONNECTION, INTEGRATION } from '../example-system.ts'
import { example, nango, refusal } from './world.ts'

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
