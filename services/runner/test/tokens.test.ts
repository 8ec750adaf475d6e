import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuthScheme } from '@syncline/catalog'
import { RunOutcome } from '@syncline/proto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Changes, createWorld, type World } from './world.ts'

const SECRETS = ['old-access', 'first-refresh', 'client-secret', 'new-access', 'second-refresh']

let world: World
let url: string
let calls: string[] = []
let refuses = false
const open = new AsyncDisposableStack()

beforeAll(async () => {
  world = open.use(await createWorld())
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim())
    const json = { 'content-type': 'application/json' }
    if (request.url !== '/token') {
      response.writeHead(200, json).end('{"ok":true}')
    } else if (refuses) {
      const error_description = 'first-refresh of client-secret is no more'
      response.writeHead(400, json).end(JSON.stringify({ error: 'invalid_grant', error_description }))
    } else {
      const body = { access_token: 'new-access', refresh_token: 'second-refresh', expires_in: 3600 }
      response.writeHead(200, json).end(JSON.stringify(body))
    }
  }).listen(0, '127.0.0.1')
  open.defer(() => void server.close())
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
})
afterAll(() => open.disposeAsync())

const everything = `
  const found = [await nango.getConnection(), await nango.getToken().catch((error) => error.message)]
  const { data, headers, config } = await nango.get({ endpoint: '/things' })
  await nango.log(JSON.stringify([found, data, headers, config]))`

async function run(exec: string, { integration, ...changes }: Changes = {}) {
  calls = []
  const auth: AuthScheme = {
    type: 'oauth2',
    token: {
      url: `${url}/token`,
      method: 'POST',
      body: 'form',
      client_auth: 'body',
      headers: {},
      params: {},
      token_path: 'access_token',
      expires_in_path: 'expires_in',
      refresh_token_path: 'refresh_token',
    },
    placement: { in: 'header', name: 'authorization', prefix: 'Bearer ' },
  }
  await world.deploy(exec, {
    integration: { baseUrl: url, auth, ...integration },
    credentials: {
      type: 'OAUTH2',
      access_token: 'old-access',
      refresh_token: 'first-refresh',
      expires_at: '2026-01-01T00:00:00Z',
      config_override: { client_id: 'client', client_secret: 'client-secret' },
    },
    ...changes,
  })
  const end = await world.run()
  return { end, log: world.log(end.runId), all: JSON.stringify([end, world.log(end.runId)]) }
}

test('a function works with a token that it never sees; nothing secret is in its frames, log and end', async () => {
  const { end, all } = await run(everything)
  expect(end).toMatchObject({ outcome: RunOutcome.SUCCESS })
  expect(calls).toEqual(['POST /token', 'GET /things Bearer new-access'])
  expect(all).toContain('\\"credentials\\":{\\"type\\":\\"OAUTH2\\"}')
  expect(all).toContain("the integration 'api' keeps its tokens from functions")
  for (const secret of SECRETS) expect(all).not.toContain(secret)
})

test('where the integration exposes tokens, a function gets the one that works, and nothing else', async () => {
  const { log, all } = await run(
    `await nango.log(JSON.stringify([(await nango.getConnection()).credentials, await nango.getToken()]))`,
    { integration: { exposeTokens: true } },
  )
  const line = log.find((text) => text.startsWith('info [{'))
  expect(JSON.parse(line?.slice(5) ?? '')).toEqual([
    {
      ...{ type: 'OAUTH2', access_token: 'new-access', expires_at: expect.any(String) },
      raw: expect.objectContaining({ access_token: 'new-access' }),
    },
    'new-access',
  ])
  for (const secret of SECRETS.filter((each) => each !== 'new-access')) expect(all).not.toContain(secret)
})

test('what somebody has typed is read as before, if requests are sent with it', async () => {
  const { log } = await run(
    `await nango.log(JSON.stringify([(await nango.getConnection()).credentials, await nango.getToken()]))`,
    {
      integration: { auth: { type: 'header', name: 'x-key', prefix: '' } },
      credentials: { type: 'API_KEY', apiKey: 'typed' },
    },
  )
  expect(log).toContainEqual(
    `info ${JSON.stringify([
      { type: 'API_KEY', apiKey: 'typed' },
      { type: 'API_KEY', apiKey: 'typed' },
    ])}`,
  )
})

test('a run of a connection that needs new credentials fails at its first call and says what to do', async () => {
  refuses = true
  const { end, all } = await run(everything)
  expect(end).toMatchObject({
    outcome: RunOutcome.FAILED,
    error: expect.stringMatching(
      /connection 'demo' needs new credentials since .*invalid_grant.*POST \/connections/,
    ),
  })
  expect(calls).toEqual(['POST /token', 'POST /token'])
  for (const secret of SECRETS) expect(all).not.toContain(secret)
  expect((await world.catalog.connections.fresh('dev', 'api', 'demo')).needsReauth).toBeDefined()
})
