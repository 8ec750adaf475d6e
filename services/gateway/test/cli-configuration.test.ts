import { mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { ADMIN_KEY, aSync, ask, DONE, furnish, startWorld, type World } from './world.ts'

let world: World
let from: Awaited<ReturnType<typeof furnish>>
let to: { name: string; key: string }

beforeAll(async () => {
  world = await startWorld()
  from = await furnish(world)
  to = await world.environment()
  world.answer = () => DONE
})
afterAll(() => world[Symbol.asyncDispose]())

const cli = (key: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  runCli(args, { SYNCLINE_URL: world.url, SYNCLINE_KEY: key, ...env })

test('an environment is exported and imported into another one; importing again changes nothing', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-export-'))
  const file = join(folder.path, 'environment.json')
  await from.api('/integrations/github', {
    method: 'PATCH',
    json: { concurrency: 7, credentials: { client_id: 'id', client_secret: 'app-secret' } },
  })
  await from.api('/environment-variables/REGION', { method: 'PUT', json: { value: 'eu-1' } })
  const place = { method: 'PATCH', json: { tags: { plan: 'pro' }, end_user: { id: 'u-1' } } }
  await from.api('/connections/user-1?provider_config_key=github', place)
  const paused = ['SCHEDULE_STATE_PAUSED', 'every hour'] as const
  let states: Record<string, readonly ['SCHEDULE_STATE_STARTED' | 'SCHEDULE_STATE_PAUSED', string]> = {
    [from.environment]: paused,
    [to.name]: ['SCHEDULE_STATE_STARTED', 'every 6 hours'],
  }
  world.schedules.searchSchedules = async ({ environment = '' }) => {
    const [state, frequency] = states[environment] ?? paused
    const owner = { providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'base' }
    return { schedules: [{ id: 's', ...owner, state, frequency }] }
  }

  const plain = await cli(from.key, ['export'])
  expect(plain).toMatchObject({ code: 0, err: '' })
  expect(plain.out).not.toMatch(/secret-token|app-secret|eu-1/)
  expect(JSON.parse(plain.out)).toMatchObject({
    version: 1,
    integrations: [{ unique_key: 'github', concurrency: 7 }],
    connections: [{ connection_id: 'user-1', metadata: { repo: 'acme/shop' }, end_user: { id: 'u-1' } }],
    variables: [{ name: 'REGION', value: null }],
    schedules: [{ sync_name: 'issues', frequency: 'every hour', paused: true }],
  })
  // Settings of the provider are not frozen into the file.
  expect(JSON.parse(plain.out).integrations[0]).not.toHaveProperty('base_url')
  expect(await cli(from.key, ['export', '--with-secrets', file])).toMatchObject({ code: 0, out: '' })
  expect((await stat(file)).mode & 0o777).toBe(0o600)

  await ask(world.url, to.key, '/integrations', {
    ...{ method: 'POST', json: { unique_key: 'github', provider: 'github', concurrency: 1 } },
  })
  await ask(world.url, to.key, '/deployments', { method: 'POST', json: { syncs: [aSync()] } })
  const plan = await cli(to.key, ['import', file, '--dry-run'])
  expect(plan).toMatchObject({ code: 2, err: '' })
  expect(plan.out).toMatch(/^update +integration +github +concurrency, credentials/m)
  expect(plan.out).toMatch(/^create +connection +github\/user-1/m)
  expect(plan.out).toMatch(/^update +schedule +github\/issues of user-1 +frequency, paused$/m)
  expect(await cli(to.key, ['import', file])).toMatchObject({
    code: 2,
    err: expect.stringContaining('nothing was changed: give --yes'),
  })
  expect(await world.catalog.connections.find(to.name, 'github', 'user-1')).toBeUndefined()

  const done = await cli(to.key, ['import', file, '--yes'], { SYNCLINE_ADMIN_KEY: ADMIN_KEY })
  expect(done).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/\nChanged 4 of 5\.\n$/) })
  expect(world.commands.slice(-2).map(({ action }) => action?.$case)).toEqual(['setFrequency', 'pause'])
  states = { ...states, [to.name]: paused }
  const again = await cli(to.key, ['import', file, '--dry-run', '--json'])
  expect(again).toMatchObject({ code: 0, err: '' })
  expect(JSON.parse(again.out)).toMatchObject({ applied: false, kept: {} })
  const copy = join(folder.path, 'copy.yaml')
  expect(await cli(to.key, ['export', '--with-secrets', copy])).toMatchObject({ code: 0 })
  expect(await readFile(copy, 'utf8')).toContain('apiKey: secret-token')
  expect(await cli(from.key, ['import', copy, '--dry-run'])).toMatchObject({ code: 0 })
})

test('an account is read by the public API of Nango and imported', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-nango-'))
  const file = join(folder.path, 'nango.json')
  const status = { id: 's', providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues' }
  world.schedules.listSchedules = async () => ({
    schedules: [
      { ...status, variant: 'base', state: 'SCHEDULE_STATE_PAUSED', frequency: 'every 5 minutes' },
      { ...status, variant: 'eu', state: 'SCHEDULE_STATE_STARTED', frequency: 'every hour' },
    ],
  })
  const account = { NANGO_HOST: world.url, NANGO_SECRET_KEY: from.key }
  const read = await cli('', ['nango-export', file], account)
  expect(read).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/1 integrations, 1 connections/),
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    integrations: [
      { unique_key: 'github', provider: 'github', credentials: { client_secret: 'app-secret' } },
    ],
    connections: [{ connection_id: 'user-1', credentials: { type: 'API_KEY', apiKey: 'secret-token' } }],
    variables: [{ name: 'REGION', value: 'eu-1' }],
    schedules: [
      { variant: 'base', frequency: 'every 5 minutes', paused: true },
      { variant: 'eu', paused: false },
    ],
  })

  const other = await world.environment()
  const imported = await cli(other.key, ['import', file, '--yes'])
  expect(imported).toMatchObject({ code: 0, err: '' })
  expect(imported.out).toMatch(/^skip +schedule .*not deployed: deploy it, and import again/m)
  expect(await world.catalog.connections.get(other.name, 'github', 'user-1')).toMatchObject({
    metadata: { repo: 'acme/shop' },
  })

  const refused = await cli('', ['nango-export', file], { ...account, NANGO_SECRET_KEY: 'wrong' })
  expect(refused).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/GET \/integrations .* is a 401/),
  })
})

test('secrets are exported with a key that may see them only; a file that is wrong is refused by its place', async () => {
  const { key } = await world.environment({ scopes: ['read', 'deploy'] })
  const refused = await cli(key, ['export', '--with-secrets'])
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining("scope 'secrets'") })
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-export-'))
  const file = join(folder.path, 'wrong.json')
  await writeFile(file, '{"version":1,"integrations":[{}]}')
  expect(await cli(key, ['import', file])).toMatchObject({
    ...{ code: 1, out: '', err: expect.stringContaining('integrations.0.unique_key') },
  })
})
