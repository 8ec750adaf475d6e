import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONNECTION, type ExampleSystem, INTEGRATION, startExampleSystem } from './example-system.ts'

const CLI = join(import.meta.dirname, '../cli/src/main.ts')

let example: ExampleSystem
/** What actions have done, by the name that each was given. */
const effects: string[] = []
/** Actions that wait, by their names. */
const held = new Map<string, ServerResponse>()
const api = createServer(({ url = '' }, response) => {
  const [, name = '', waits] = url.split('/')
  if (waits !== undefined) return void held.set(name, response)
  effects.push(name)
  response.end()
}).listen(0, '127.0.0.1')
const timesDone = (name: string) => effects.filter((it) => it === name).length
const release = (name: string) => void held.get(name)?.end()

beforeAll(async () => {
  if (!api.listening) await once(api, 'listening')
  const host = `127.0.0.1:${(api.address() as AddressInfo).port}` // it listens on TCP
  example = await startExampleSystem({ items: [], egress: [host] })
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-actions-'))
  await mkdir(join(folder.path, INTEGRATION, 'actions'), { recursive: true })
  await writeFile(
    join(folder.path, INTEGRATION, 'actions/add.ts'),
    `import { createAction } from '@syncline/sdk'
     import { z } from 'zod'
     export default createAction({
       description: 'Adds one',
       input: z.object({ n: z.number(), waitMs: z.number().default(0), text: z.string().optional() }),
       output: z.object({ n: z.number(), connection: z.string(), text: z.string().optional() }),
       exec: async (nango, { n, waitMs, text }) => {
         await nango.log('adds', n)
         await new Promise((resolve) => setTimeout(resolve, waitMs))
         if (n < 0) throw new nango.ActionError({ message: 'too small', least: 0 })
         return { n: n + 1, connection: nango.connectionId, ...(text !== undefined && { text: text + text }) }
       },
     })`,
  )
  await writeFile(
    join(folder.path, INTEGRATION, 'actions/do.ts'),
    `import { createAction } from '@syncline/sdk'
     import { z } from 'zod'
     export default createAction({
       description: 'Has an effect, and then waits the first time',
       input: z.object({ name: z.string() }),
       output: z.string(),
       exec: async (nango, { name }) => {
         await nango.log('does ' + name)
         const known = await nango.getMetadata()
         await nango.updateMetadata({ [name]: true })
         await nango.uncontrolledFetch({ url: new URL('http://${host}/' + name), method: 'POST' })
         if (!known?.[name]) await nango.uncontrolledFetch({ url: new URL('http://${host}/' + name + '/waits') })
         return name
       },
     })`,
  )
  await writeFile(
    join(folder.path, INTEGRATION, 'actions/guard.ts'),
    `import { createAction } from '@syncline/sdk'
     import { z } from 'zod'
     export default createAction({
       description: 'Takes the lock, and gives it back', input: z.object({}), output: z.boolean(),
       exec: (nango) => nango.tryAcquireLock({ key: 'guarded', ttlMs: 600_000 }),
     })`,
  )
  await mkdir(join(folder.path, INTEGRATION, 'syncs'), { recursive: true })
  await writeFile(
    join(folder.path, INTEGRATION, 'syncs/holder.ts'),
    `import { createSync } from '@syncline/sdk'
     import { z } from 'zod'
     export default createSync({
       description: 'Holds the lock until it is cancelled', frequency: 'every day', autoStart: false,
       models: { Held: z.object({ id: z.string(), has: z.boolean(), n: z.number() }) },
       exec: async (nango) => {
         const has = await nango.tryAcquireLock({ key: 'guarded', ttlMs: 600_000 })
         const { n } = await nango.triggerAction('${INTEGRATION}', '${CONNECTION}', 'add', { n: 1 })
         await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Held')
         await nango.batchSave([{ id: 'lock', has, n }], 'Held')
         await new Promise(() => {})
       },
     })`,
  )
  await writeFile(
    join(folder.path, INTEGRATION, 'syncs/starter.ts'),
    `import { createSync } from '@syncline/sdk'
     import { z } from 'zod'
     export default createSync({
       description: 'Triggers the other one', frequency: 'every day', autoStart: false,
       models: { Nothing: z.object({ id: z.string() }) },
       exec: (nango) => nango.triggerSync('${INTEGRATION}', '${CONNECTION}', 'holder'),
     })`,
  )
  expect(await cli('deploy', folder.path, '--yes')).toContain(`${INTEGRATION}/add`)
})
afterAll(async () => {
  await example?.[Symbol.asyncDispose]()
  api.closeAllConnections()
  api.close()
})

const cli = async (...args: string[]) => (await outputOf(...args)).stdout

async function outputOf(...args: string[]) {
  const { system, key } = example
  const env = { PATH: process.env.PATH, SYNCLINE_URL: system.url, SYNCLINE_KEY: key }
  const options = ['--no-warnings', CLI, ...args]
  return promisify(execFile)(process.execPath, options, { env })
}

async function trigger(input: unknown, headers: Record<string, string> = {}, name = 'add') {
  const response = await fetch(`${example.system.url}/action/trigger`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${example.key}`,
      'content-type': 'application/json',
      'provider-config-key': INTEGRATION,
      'connection-id': CONNECTION,
      ...headers,
    },
    body: JSON.stringify({ action_name: name, input }),
  })
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
}

async function get(path: string) {
  const headers = { authorization: `Bearer ${example.key}` }
  const response = await fetch(example.system.url + path, { headers })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

test('an action that was deployed from a folder is listed and called', async () => {
  expect(await cli('action', 'list')).toContain('Adds one')
  const { body } = await get('/deployments')
  expect(body.actions).toMatchObject([
    { name: 'add', input_schema: { required: ['n'] } },
    { name: 'do' },
    { name: 'guard' },
  ])
  expect(await trigger({ n: 41 })).toMatchObject({ status: 200, body: { n: 42, connection: CONNECTION } })
  expect(await trigger({ n: 'x' })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_action_input', errors: [{ path: ['n'] }] } },
  })
  expect(await trigger({ n: -1 })).toMatchObject({
    status: 422,
    body: { error: { code: 'action_failed', message: 'too small', payload: { least: 0 } } },
  })
  expect(await trigger({}, {}, 'unknown')).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_action' } },
  })
  expect(await trigger({}, { 'connection-id': 'nobody' })).toMatchObject({ status: 404 })
})

test('large inputs and outputs arrive whole', async () => {
  const text = 'x'.repeat(1_000_000)
  const { status, body } = await trigger({ n: 1, text })
  expect({ status, length: body.text?.length }).toEqual({ status: 200, length: 2_000_000 })
})

test('an asynchronous action is accepted at once, and its result and log are kept', async () => {
  const { status, headers, body } = await trigger({ name: 'async' }, { 'x-async': 'true' }, 'do')
  expect({ status, location: headers.get('location') }).toEqual({ status: 202, location: body.statusUrl })
  await eventually(() => expect(held.has('async')).toBe(true))
  expect(await get(body.statusUrl)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  release('async')
  await eventually(async () =>
    expect(await get(body.statusUrl)).toMatchObject({ status: 200, body: 'async' }),
  )
  await eventually(async () => {
    const { lines } = (await get(`/runs/${body.id}/logs`)).body
    expect(lines.map(({ message }: { message: string }) => message)).toContain('does async')
  })
})

test('more calls than slots wait for one, and trivial ones take milliseconds', async () => {
  const many = await Promise.all(Array.from({ length: 20 }, (_, n) => trigger({ n, waitMs: 50 })))
  expect(many.map(({ body }) => body.n)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  const times: number[] = []
  for (let n = 0; n < 60; n++) {
    const since = performance.now()
    await trigger({ n })
    times.push(performance.now() - since)
  }
  times.sort((a, b) => a - b)
  console.log(`action: p50 ${times[30]?.toFixed(1)} ms, p90 ${times[54]?.toFixed(1)} ms`)
  // A machine that has much else to do makes some slow; a wait in our code would be in each.
  expect(times[0]).toBeLessThan(250)
})

/** Calls the action `do`, and returns when it has had its effect, and waits. */
async function begin(name: string, headers: Record<string, string> = {}) {
  const answer = trigger({ name }, headers, 'do')
  answer.catch(() => {}) // it is looked at later
  await eventually(() => expect(held.has(name)).toBe(true), { everyMs: 20 })
  return { answer }
}

/** Calls get answers again: a runner that was killed is started anew. */
const works = () => eventually(async () => expect(await trigger({ n: 1 })).toMatchObject({ status: 200 }))

/** A runner that says nothing for 5 s is taken for dead; a call may take minutes. */
const SOON_MS = 30_000
const inDoubt = { status: 504, body: { error: { code: 'in_doubt' } } }
const resultOf = (path: string) =>
  eventually(async () => {
    const result = await get(path)
    if (result.status === 404) throw new Error('it has not ended')
    return result
  })

test('a caller whose runner is killed hears soon that the outcome is in doubt', async () => {
  const { answer } = await begin('killed')
  const killedAt = performance.now()
  example.kill('runner')
  expect(await answer).toMatchObject(inDoubt)
  expect(performance.now() - killedAt).toBeLessThan(SOON_MS)
  await works()
  expect(timesDone('killed')).toBe(1)
})

test('a caller whose runner is suspended hears the same, also for its Idempotency-Key, and nothing is done twice', async () => {
  const headers = { 'idempotency-key': 'suspended' }
  const { answer } = await begin('suspended', headers)
  const suspendedAt = performance.now()
  example.kill('runner', 'SIGSTOP')
  expect(await answer).toMatchObject(inDoubt)
  expect(performance.now() - suspendedAt).toBeLessThan(SOON_MS)
  example.kill('runner', 'SIGCONT')
  release('suspended')
  await works()
  expect(await trigger({ name: 'suspended' }, headers, 'do')).toMatchObject(inDoubt)
  expect(timesDone('suspended')).toBe(1)
})

test('when the gateway dies, a synchronous action goes on and is not begun again, and an asynchronous one has its result', async () => {
  const key = { 'idempotency-key': 'orphan' }
  const { body: accepted } = await trigger({ name: 'later' }, { 'x-async': 'true' }, 'do')
  const { answer } = await begin('orphan', key)
  await eventually(() => expect(held.has('later')).toBe(true))
  example.kill('gateway')
  await expect(answer).rejects.toThrow()
  for (const name of ['orphan', 'later']) release(name)
  expect(await resultOf(accepted.statusUrl)).toMatchObject({ status: 200, body: 'later' })
  // For 30 s nobody knows that its gateway is dead (409); after that it is in doubt (504): see the tests of the gateway.
  expect([409, 504]).toContain((await trigger({ name: 'orphan' }, key, 'do')).status)
  expect([timesDone('orphan'), timesDone('later')]).toEqual([1, 1])
})

test('an asynchronous action whose runner is killed is begun again as often as X-Max-Retries says', async () => {
  const accept = (name: string, retries: string) =>
    trigger({ name }, { 'x-async': 'true', 'x-max-retries': retries }, 'do')
  const [once, twice] = [await accept('once', '0'), await accept('twice', '1')]
  await eventually(() => expect([held.has('once'), held.has('twice')]).toEqual([true, true]))
  example.kill('runner')
  expect(await resultOf(once.body.statusUrl)).toMatchObject(inDoubt)
  expect(await resultOf(twice.body.statusUrl)).toMatchObject({ status: 200, body: 'twice' })
  expect([timesDone('once'), timesDone('twice')]).toEqual([1, 2])
})

test('when NATS dies during a call, its caller gets the output or hears that it is in doubt', async () => {
  const { answer } = await begin('no-nats')
  const killedAt = performance.now()
  example.kill('nats')
  release('no-nats')
  const { status, body } = await answer
  expect(status === 200 ? body : body.error.code).toBe(status === 200 ? 'no-nats' : 'in_doubt')
  expect(performance.now() - killedAt).toBeLessThan(SOON_MS)
  await works()
  expect(timesDone('no-nats')).toBe(1)
})

test('the CLI calls an action, and gets the result of one that was accepted', async () => {
  const place = [`${INTEGRATION}/add`, CONNECTION]
  expect(JSON.parse(await cli('action', ...place, '--input', '{"n":1}'))).toMatchObject({ n: 2 })
  const { id } = JSON.parse(await cli('action', ...place, '--input', '{"n":2}', '--async', '--json'))
  expect(JSON.parse(await cli('action', 'result', id, '--wait'))).toMatchObject({ n: 3 })
  await expect(cli('action', ...place, '--input', '{"n":-1}')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('too small'),
  })
  await expect(cli('action', INTEGRATION, CONNECTION)).rejects.toMatchObject({ code: 2 })
})

test('functions of nango.yaml, and those that run at moments of a connection', async () => {
  const { client } = example
  const host = `127.0.0.1:${(api.address() as AddressInfo).port}` // it listens on TCP
  const effect = (name: string) =>
    `await nango.uncontrolledFetch({ url: new URL('http://${host}/' + ${name}), method: 'POST' })`
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-yaml-'))
  const files = {
    'nango.yaml': `
integrations:
  crm:
    syncs:
      contacts: { runs: every day, output: Contact, endpoint: GET /contacts, input: { ready: boolean } }
      missing: { runs: every day, output: Gone, endpoint: GET /gone }
    on-events:
      post-connection-creation: [set-up]
      pre-connection-deletion: [clean-up]
models:
  Contact: { id: string, name: string }
  Gone: { id: string }
`,
    'crm/syncs/contacts.ts': `import type { NangoSync, Contact } from '../../models'
      export default async function fetchData(nango: NangoSync) {
        await nango.batchSave<Contact>([{ id: '1', name: 'Ada' }], 'Contact')
      }`,
    'crm/on-events/check.ts': `import { createOnEvent } from '@syncline/sdk'
      export default createOnEvent({
        description: 'Refuses keys that are not good', event: 'validate-connection',
        exec: async (nango) => {
          const { credentials } = await nango.getConnection()
          await nango.log('checks the key')
          if (credentials.apiKey !== 'good') throw new nango.ActionError({ message: 'the key is not good', hint: 'try good' })
        },
      })`,
    'crm/on-events/set-up.ts': `export default async function onEvent(nango) {
      ${effect("'set-up-' + nango.connectionId")}
      const known = await nango.getMetadata()
      await nango.updateMetadata({ tries: (known?.tries ?? 0) + 1 })
      if (!known?.tries) throw new Error('it fails the first time')
    }`,
    'crm/on-events/clean-up.ts': `export default async function onEvent(nango) {
      ${effect("'clean-up-' + nango.connectionId")}
      throw new Error('the API did not forget us')
    }`,
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true })
    await writeFile(join(folder.path, name), text)
  }
  await client.integrations.create({ uniqueKey: 'crm', provider: 'custom', baseUrl: `http://${host}` })
  const { stdout, stderr } = await outputOf('deploy', folder.path, '--yes')
  expect(stdout).toContain('crm/contacts')
  expect(stdout).toContain('crm/set-up')
  expect(stderr).toContain('not deployed: sync crm/missing: nango.yaml names it, and there is no')

  const create = (connectionId: string, apiKey: string) =>
    client.connections.create({
      providerConfigKey: 'crm',
      connectionId,
      credentials: { type: 'API_KEY', apiKey },
    })
  await expect(create('bad', 'wrong')).rejects.toMatchObject({
    code: 'connection_validation_failed',
    status: 400,
    message: expect.stringContaining('the key is not good'),
  })
  const bad = client.connections.get({ providerConfigKey: 'crm', connectionId: 'bad' })
  await expect(bad).rejects.toMatchObject({ code: 'unknown_connection' })

  const made = await create('ada', 'good')
  const [waiting] = made.on_events
  expect(waiting).toMatchObject({ name: 'set-up', state: 'waiting', error: null })
  const get = () => client.connections.get({ providerConfigKey: 'crm', connectionId: 'ada' })
  await eventually(async () => expect((await get()).on_events).toMatchObject([{ state: 'done' }]))
  expect((await get()).metadata).toEqual({ tries: 2 })
  expect(timesDone('set-up-ada')).toBe(2)
  const lines = async (id: string) =>
    (await client.runs.logs(id)).lines.map(({ message }) => message).join('\n')
  await eventually(async () =>
    expect(await lines(waiting?.log_id ?? '')).toContain('it fails the first time'),
  )
  const page = { providerConfigKey: 'crm', connectionId: 'ada', model: 'Contact' }
  await eventually(async () =>
    expect((await client.listRecords(page)).records).toMatchObject([{ id: '1', name: 'Ada' }]),
  )
  // New credentials are validated too, and nothing is set up again.
  await expect(create('ada', 'wrong')).rejects.toMatchObject({ code: 'connection_validation_failed' })
  await create('ada', 'good')

  const { on_events } = await client.connections.delete({ providerConfigKey: 'crm', connectionId: 'ada' })
  expect(on_events).toMatchObject([
    { name: 'clean-up', state: 'failed', error: expect.stringContaining('did not forget us') },
  ])
  expect([timesDone('clean-up-ada'), timesDone('set-up-ada')]).toEqual([1, 2])
  await expect(get()).rejects.toMatchObject({ code: 'unknown_connection' })
})

test('a sync triggers another one, which takes a lock and calls an action; when it is cancelled, the lock is free', async () => {
  await example.run('starter')
  await eventually(async () =>
    expect(await example.records('Held')).toMatchObject([{ id: 'lock', has: true, n: 2 }]),
  )
  expect(await trigger({}, {}, 'guard')).toMatchObject({ status: 200, body: false })
  await example.client.syncs.cancel({
    providerConfigKey: INTEGRATION,
    connectionId: CONNECTION,
    syncs: ['holder'],
  })
  expect(await trigger({}, {}, 'guard')).toMatchObject({ status: 200, body: true })
  // The action has ended, and its lock with it.
  expect(await trigger({}, {}, 'guard')).toMatchObject({ status: 200, body: true })
})
