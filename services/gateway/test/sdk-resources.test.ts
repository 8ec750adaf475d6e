import { Syncline } from '@syncline/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN_KEY, aSync, furnish, startWorld, type World } from './world.ts'

let world: World
let syncline: Syncline
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
  syncline = new Syncline({ secretKey: home.key, host: `${world.url}/` })
})
afterAll(() => world[Symbol.asyncDispose]())

const place = { provider_config_key: 'github', connection_id: 'user-1' }

test('variables are set, listed and deleted', async () => {
  await syncline.variables.set('REGION', 'eu')
  expect(await syncline.getEnvironmentVariables()).toEqual([{ name: 'REGION', value: 'eu' }])
  await syncline.variables.delete('REGION')
})

test('metadata is replaced, and changed key by key', async () => {
  await syncline.setMetadata('github', 'user-1', { a: 1 })
  await syncline.updateMetadata('github', ['user-1'], { b: 2 })
  expect(await syncline.getMetadata('github', 'user-1')).toEqual({ a: 1, b: 2 })
})

test('integrations and connections are made, changed, found and deleted', async () => {
  await syncline.integrations.create({ uniqueKey: 'crm', provider: 'crm', baseUrl: 'https://crm.example' })
  await syncline.integrations.update('crm', { displayName: 'CRM' })
  expect((await syncline.integrations.get('crm')).data.display_name).toBe('CRM')
  expect((await syncline.integrations.list()).data).toHaveLength(2)
  const credentials = { type: 'NONE' } as const
  const made = await syncline.connections.create({
    providerConfigKey: 'crm',
    credentials,
    tags: { team: 'x' },
  })
  const { connections } = await syncline.connections.list({ integrationId: ['crm'], tags: { team: 'x' } })
  expect(connections).toHaveLength(1)
  expect(
    (await syncline.connections.get({ providerConfigKey: 'crm', connectionId: made.connection_id }))
      .credentials,
  ).toEqual(credentials)
  await syncline.connections.delete({ providerConfigKey: 'crm', connectionId: made.connection_id })
  await syncline.integrations.delete('crm')
})

test('the end user and the tags of a connection are changed', async () => {
  const connection = { providerConfigKey: 'github', connectionId: 'user-1' }
  await syncline.connections.update({
    ...connection,
    tags: { plan: 'pro' },
    endUser: { id: 'u-1', email: 'ann@acme.example' },
  })
  expect(await syncline.connections.get(connection)).toMatchObject({
    tags: { plan: 'pro' },
    end_user: { id: 'u-1', email: 'ann@acme.example' },
  })
})

test('a deployment is made, shown, listed and deleted', async () => {
  expect((await syncline.deployments.create({ syncs: [aSync({ name: 'pulls' })] })).syncs).toMatchObject([
    { name: 'pulls', changed: true },
  ])
  expect(await syncline.deployments.get({ providerConfigKey: 'github', name: 'pulls' })).toMatchObject({
    name: 'pulls',
    version: '1',
  })
  await syncline.deployments.delete({ providerConfigKey: 'github', name: 'pulls' })
  expect((await syncline.deployments.list()).syncs).toHaveLength(1)
})

test('a key says what it is', async () => {
  expect(await syncline.me()).toMatchObject({ environment: home.environment, connection: null })
})

test('environments and keys with the admin key', async () => {
  const admin = new Syncline({ secretKey: ADMIN_KEY, host: world.url })
  const { environments, keys } = admin
  const made = await environments.create({ name: 'sdk-admin', maxRuns: 5 })
  expect(made).toMatchObject({ name: 'sdk-admin', max_runs: 5 })
  expect(await environments.update('sdk-admin', { maxRuns: null, weight: 2 })).toMatchObject({
    max_runs: null,
  })
  expect(await environments.get('sdk-admin')).toMatchObject({ weight: 2 })
  const names = (await Array.fromAsync(environments.iterate({ limit: 1 }))).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['sdk-admin', home.environment]))

  const { id, secret } = await keys.create('sdk-admin', { label: 'a', scopes: ['read'] })
  expect(await new Syncline({ secretKey: secret, host: world.url }).me()).toMatchObject({
    id,
    scopes: ['read'],
  })
  const connection = { providerConfigKey: 'github', connectionId: 'user-1' }
  expect((await keys.create(home.environment, { label: 'b', connection })).connection).toEqual(place)
  expect((await keys.rotate('sdk-admin', id, { overlapSeconds: 60 })).secret).not.toBe(secret)
  expect(await keys.update('sdk-admin', id, { label: 'c' })).toMatchObject({ label: 'c' })
  expect((await keys.get('sdk-admin', id)).secrets).toHaveLength(2)
  await keys.delete('sdk-admin', id)
  expect((await keys.list('sdk-admin')).keys).toEqual([])
  await environments.delete('sdk-admin', { confirm: 'sdk-admin' })
  await expect(environments.get('sdk-admin')).rejects.toMatchObject({ code: 'unknown_environment' })
})
