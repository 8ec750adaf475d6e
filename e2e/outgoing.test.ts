import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ExampleSystem, type Run, startExampleSystem } from './example-system.ts'
import { json, type StandInApi, startStandInApi, text } from './stand-in-api.ts'

let example: ExampleSystem
let api: StandInApi
/** Another origin: it must never get credentials. */
let stranger: StandInApi

beforeAll(async () => {
  api = await startStandInApi()
  stranger = await startStandInApi()
  example = await startExampleSystem({ items: [], egress: [api.host, stranger.host] })
  await example.client.integrations.create({
    uniqueKey: 'acme',
    provider: 'acme',
    baseUrl: api.url,
    auth: { type: 'bearer' },
  })
  await deploy(join(import.meta.dirname, 'acme-functions'), example.system.url, example.key)
})
afterAll(async () => {
  await example?.[Symbol.asyncDispose]()
  await api?.[Symbol.asyncDispose]()
  await stranger?.[Symbol.asyncDispose]()
})

type Metadata = { endpoint: string; paginate?: object; retries?: number; swallow?: boolean }

/** A connection of its own for each story. */
async function connect(metadata: Metadata) {
  const connectionId = randomUUID()
  await example.client.connections.create({
    providerConfigKey: 'acme',
    connectionId: connectionId,
    credentials: { type: 'API_KEY', apiKey: 'secret-key' },
    metadata: { ...metadata },
  })
  return {
    connectionId,
    async run(): Promise<Run> {
      const runs = async () =>
        (await example.client.runs.list({ providerConfigKey: 'acme', sync: 'list', connectionId })).runs
      const known = new Set((await runs()).map(({ id }) => id))
      await example.client.triggerSync('acme', ['list'], connectionId)
      return eventually(
        async () => {
          const run = (await runs()).find(({ id }) => !known.has(id))
          if (run?.state !== 'ended') throw new Error(`the run has not ended: ${JSON.stringify(run)}`)
          return run
        },
        { everyMs: 100 },
      )
    },
    async liveIds(): Promise<string[]> {
      const ids: string[] = []
      const config = { providerConfigKey: 'acme', connectionId, model: 'Item' }
      for await (const record of example.client.records.iterate(config)) {
        if (record._nango_metadata.last_action !== 'DELETED') ids.push(record.id)
      }
      return ids.sort()
    },
  }
}

const cursorPages = {
  type: 'cursor',
  cursor_name_in_request: 'after',
  cursor_path_in_response: 'next',
  response_path: 'items',
}
const items = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ id: String(from + n).padStart(4, '0') }))

let paths = 0
const newPath = () => `/list-${++paths}`

test.each<[string, (path: string) => void, RegExp]>([
  [
    'a page of HTML',
    (path) => api.on(path, (_, r) => text(r, '<html>maintenance</html>', 'text/html')),
    /html/,
  ],
  [
    'JSON that is none',
    (path) => api.on(path, (_, r) => text(r, '{"items":[{"v":NaN}]}', 'application/json')),
    /NaN/,
  ],
  [
    'errors instead of a list',
    (path) => api.on(path, (_, r) => json(r, { errors: ['no'], items: null })),
    /items/,
  ],
  ['an answer without the list', (path) => api.on(path, (_, r) => json(r, { data: [] })), /items/],
])('%s with status 200 fails the run, and nothing is deleted', async (_, breakIt, message) => {
  const path = newPath()
  const connection = await connect({ endpoint: path, paginate: cursorPages })
  api.on(path, (_, r) => json(r, { items: items(1, 90), next: null }))
  expect(await connection.run()).toMatchObject({ reason: null })
  breakIt(path)
  const run = await connection.run()
  expect(run).toMatchObject({ reason: 'failed', error: expect.stringMatching(message) })
  expect(run.error).toContain(path)
  expect(await connection.liveIds()).toHaveLength(90)
})

test('the same, when the function goes on as if nothing had happened', async () => {
  const path = newPath()
  const connection = await connect({ endpoint: path, paginate: cursorPages, swallow: true })
  api.on(path, (_, r) => json(r, { items: items(1, 5), next: null }))
  await connection.run()
  api.on(path, (_, r) => text(r, 'sorry', 'text/html'))
  expect(await connection.run()).toMatchObject({ warning: expect.stringContaining('nothing was deleted') })
  expect(await connection.liveIds()).toHaveLength(5)
  api.on(path, (_, r) => json(r, { items: items(1, 4), next: null }))
  await connection.run()
  expect(await connection.liveIds()).toHaveLength(4)
})

test('an empty list is a legal end', async () => {
  const path = newPath()
  const connection = await connect({ endpoint: path, paginate: cursorPages })
  api.on(path, (_, r) => json(r, { items: items(1, 3), next: null }))
  await connection.run()
  api.on(path, (_, r) => json(r, { items: [], next: null }))
  expect(await connection.run()).toMatchObject({ reason: null })
  expect(await connection.liveIds()).toEqual([])
})

test('an empty page with a next cursor is not the end', async () => {
  const path = newPath()
  const connection = await connect({ endpoint: path, paginate: cursorPages })
  const pages: Record<string, object> = {
    '': { items: items(1, 2), next: 'b' },
    b: { items: [], next: 'c' },
    c: { items: items(3, 4), next: null },
  }
  api.on(path, ({ url }, r) => json(r, pages[url.searchParams.get('after') ?? '']))
  expect(await connection.run()).toMatchObject({ reason: null })
  expect(await connection.liveIds()).toHaveLength(4)
})

test("a page as short as the API's own cap is not the end", async () => {
  const path = newPath()
  const paginate = {
    type: 'offset',
    offset_name_in_request: 'offset',
    limit_name_in_request: 'limit',
    limit: 500,
  }
  const connection = await connect({ endpoint: path, paginate })
  const all = items(1, 250)
  api.on(path, ({ url }, r) => {
    const from = Number(url.searchParams.get('offset'))
    json(r, all.slice(from, from + Math.min(100, Number(url.searchParams.get('limit')))))
  })
  expect(await connection.run()).toMatchObject({ reason: null })
  expect(await connection.liveIds()).toHaveLength(250)
})

test.each<[string, object, (path: string) => void]>([
  ['a cursor', cursorPages, (path) => api.on(path, (_, r) => json(r, { items: items(1, 1), next: 'same' }))],
  [
    'an offset that the API ignores',
    { type: 'offset', offset_name_in_request: 'offset' },
    (path) => api.on(path, (_, r) => json(r, items(1, 10))),
  ],
])('%s that repeats for ever ends with an error that names it', async (_, paginate, answer) => {
  const path = newPath()
  const connection = await connect({ endpoint: path, paginate })
  answer(path)
  const run = await connection.run()
  expect(run).toMatchObject({ reason: 'failed', error: expect.stringMatching(/is repeated/) })
})

test('a second page that fails for good deletes nothing', async () => {
  const path = newPath()
  const connection = await connect({ endpoint: path, paginate: cursorPages, retries: 0 })
  api.on(path, (_, r) => json(r, { items: items(1, 8), next: null }))
  await connection.run()
  api.on(path, ({ url }, r) =>
    url.searchParams.has('after') ? json(r, {}, 500) : json(r, { items: items(1, 2), next: 'b' }),
  )
  expect(await connection.run()).toMatchObject({ reason: 'failed' })
  expect(await connection.liveIds()).toHaveLength(8)
})

test('a link to another origin is followed without credentials, with one warning', async () => {
  const path = newPath()
  const connection = await connect({
    endpoint: path,
    paginate: { type: 'link', link_rel_in_response_header: 'next' },
  })
  api.on(path, (_, r) =>
    json(r, items(1, 2), 200, { link: `<${stranger.url}/more?page=2>; title="a, b"; rel="last NEXT"` }),
  )
  stranger.on('/more', (_, r) => json(r, items(3, 4)))
  const run = await connection.run()
  expect(run).toMatchObject({ reason: null })
  expect(await connection.liveIds()).toHaveLength(4)
  expect(JSON.stringify(stranger.requests.map(({ headers }) => headers))).not.toContain('secret-key')
  const { lines } = await example.client.runs.logs(run.id)
  const warnings = lines.filter(({ level, message }) => level === 'warn' && message.includes(stranger.host))
  expect(warnings).toHaveLength(1)
})

test('connections that are refused, and APIs that want to be left alone, delay no other sync', async () => {
  const [slow, forbidden] = [newPath(), newPath()]
  api.on(slow, (_, r) => json(r, {}, 429, { 'retry-after': '600' }))
  api.on(forbidden, (_, r) => json(r, { message: 'no' }, 403))
  const refused = await connect({ endpoint: forbidden, paginate: cursorPages, retries: 10 })
  const waiting = await Promise.all(
    Array.from({ length: 6 }, () => connect({ endpoint: slow, paginate: cursorPages, retries: 10 })),
  )
  for (const { connectionId } of waiting) await example.client.triggerSync('acme', ['list'], connectionId)
  expect(await refused.run()).toMatchObject({ reason: 'failed', error: expect.stringContaining('403') })

  const path = newPath()
  api.on(path, (_, r) => json(r, { items: items(1, 1), next: null }))
  const fresh = await connect({ endpoint: path, paginate: cursorPages })
  const begun = Date.now()
  expect(await fresh.run()).toMatchObject({ reason: null })
  expect(Date.now() - begun).toBeLessThan(300_000) // not the ten minutes of the others
  await eventually(async () => {
    const { syncs } = await example.client.syncStatus('acme', ['list'], waiting[0]?.connectionId ?? '')
    expect(syncs[0]?.lastRun).toMatchObject({ state: 'queued', throttled: { times: 1 } })
  })
})

test('a mass deletion of a small stream is held back, seen, and released once', async () => {
  const path = newPath()
  const connection = await connect({ endpoint: path, paginate: cursorPages })
  api.on(path, (_, r) => json(r, { items: items(1, 60), next: null }))
  await connection.run()
  api.on(path, (_, r) => json(r, { items: items(1, 1), next: null }))
  const run = await connection.run()
  expect(run).toMatchObject({ reason: null, warning: expect.stringContaining('nothing was deleted') })
  expect(await connection.liveIds()).toHaveLength(60)
  const place = { providerConfigKey: 'acme', connectionId: connection.connectionId }
  const { deletions } = await example.client.heldDeletions.list(place)
  expect(deletions).toMatchObject([{ connection_id: connection.connectionId, model: 'Item' }])
  await example.client.heldDeletions.release({ ...place, model: 'Item' })
  await connection.run()
  expect(await connection.liveIds()).toHaveLength(1)
})
