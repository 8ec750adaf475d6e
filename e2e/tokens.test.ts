import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { recordedIssues } from '@syncline/example-github-issues/recorded'
import { eventually } from '@syncline/testkit'
import {
  type AuthorizationServer,
  CLIENT,
  startAuthorizationServer,
} from '@syncline/testkit/authorization-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CONNECTION,
  type ExampleSystem,
  INTEGRATION,
  logOf,
  type Run,
  runsOf,
  SYNC,
  startExampleSystem,
} from './example-system.ts'

// A connection whose tokens live for seconds, on an API that refuses what its authorization server does not know.

let example: ExampleSystem
let server: AuthorizationServer
let grantId: string
const open = new AsyncDisposableStack()
/** Statuses of the API's answers. */
const statuses: number[] = []

beforeAll(async () => {
  server = open.use(await startAuthorizationServer())
  server.lifetimeS = 5
  const api = createServer(async (request, response) => {
    const { authorization = '' } = request.headers
    const { status } = await fetch(`${server.url}/api`, { headers: { authorization } })
    statuses.push(status)
    if (status !== 200) return void response.writeHead(status).end('{"message":"Bad credentials"}')
    const url = new URL(request.url ?? '', example.replay.url)
    const answer = await fetch(url, { headers: { authorization } })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  }).listen(0, '127.0.0.1')
  open.defer(() => void api.close())
  await once(api, 'listening')
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}` // it listens on TCP
  // The recorded issues fit on one page.
  example = open.use(
    await startExampleSystem({
      items: recordedIssues(),
      env: { EGRESS_ALLOW_HOSTS: '127.0.0.1' },
    }),
  )
  await example.client.integrations.update(INTEGRATION, {
    baseUrl: apiUrl,
    auth: { type: 'oauth2', token: { url: `${server.url}/token` } },
  })
  await connect()
})
afterAll(() => open.disposeAsync())

/** Gives the connection a new grant of a person. */
async function connect(): Promise<void> {
  const grant = await server.authorize()
  grantId = grant.grantId
  await example.client.connections.create({
    providerConfigKey: INTEGRATION,
    connectionId: CONNECTION,
    credentials: {
      type: 'OAUTH2',
      access_token: 'of-a-browser',
      refresh_token: grant.refresh_token,
      expires_at: '2026-01-01T00:00:00Z',
      config_override: CLIENT,
    },
  })
}

const connection = async () =>
  (await example.client.connections.list()).connections.find(({ connection_id: id }) => id === CONNECTION)

const reasonOf = async (run: Run) => `${run.reason} ${(await logOf(example.client, run)).join('\n')}`

test('a sync goes on over many tokens, each of which lives for seconds', async () => {
  const before = server.tokenRequests.length
  await eventually(
    async () => {
      expect(await example.run()).toMatchObject({ reason: null })
      expect(server.tokenRequests.length - before).toBeGreaterThanOrEqual(3)
    },
    { everyMs: 1500 },
  )
  expect(await example.records('GithubIssue')).toHaveLength(13)
  // If tokens were used to their end, each would be refused once. A machine that stands still may be late with one.
  expect(statuses.filter((status) => status === 401).length).toBeLessThan(3)
})

test('a runner that is killed leaves a connection that works', async () => {
  example.kill('runner')
  expect(await example.run()).toMatchObject({ reason: null })
  expect((await connection())?.needs_reauth).toBeNull()
})

test('a grant that is taken back: runs say so, the connection shows it, and new credentials put it right', async () => {
  await server.revoke(grantId)
  await eventually(
    async () => {
      await example.run()
      const { errors, needs_reauth } = (await connection()) ?? {}
      expect(errors).toMatchObject([{ type: 'auth' }])
      expect(needs_reauth?.reason).toContain('invalid_grant')
    },
    { everyMs: 1500 },
  )
  const [failed] = (await runsOf(example.client)).filter(
    ({ state, reason }) => state === 'ended' && reason !== null,
  )
  expect(failed && (await reasonOf(failed))).toMatch(/needs new credentials since .*POST \/connections/)
  const status = async () => (await example.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)).syncs[0]
  await eventually(async () =>
    expect(await status()).toMatchObject({ status: 'STOPPED', blocked: { reason: 'needs_reauth' } }),
  )
  // Nobody triggers it: its schedule goes on.
  const known = new Set((await runsOf(example.client)).map(({ id }) => id))
  await connect()
  expect((await connection())?.needs_reauth).toBeNull()
  await eventually(
    async () => {
      const runs = (await runsOf(example.client)).filter(({ id }) => !known.has(id))
      expect(runs).toContainEqual(expect.objectContaining({ state: 'ended', reason: null }))
    },
    { everyMs: 250 },
  )
  expect(await status()).toMatchObject({ blocked: null })
})
