import { createRoutes, type Route } from '@syncline/api'
import { bundleKey } from '@syncline/catalog'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StandInApi, startStandInApi } from './stand-in-api.ts'
import { ADMIN_KEY, aSync, ask, furnish, piece, startWorld, type World } from './world.ts'

type Name = keyof ReturnType<typeof createRoutes>
interface Sent {
  params?: Record<string, string>
  query?: Record<string, string>
  headers?: Record<string, string>
  json?: unknown
}

const MARKER = 'only-for-its-own-environment'
const RUN = '01987654-3210-7abc-8def-0123456789ab'
const SCHEDULE = 'b1946ac92492d2347c6235b8'

let api: StandInApi
let world: World
let home: Awaited<ReturnType<typeof furnish>>
let homeKeyId: string
/** What the scheduler and records were asked for. */
const asked: { method: string; request: object }[] = []

beforeAll(async () => {
  api = await startStandInApi()
  api.answer = (_, response) => void response.end('{}')
  // Whatever is sent to an API is sent there.
  world = await startWorld({
    variables: { EGRESS_REDIRECT_TO: api.url, EGRESS_ALLOW_HOSTS: '127.0.0.1' },
  })
  home = await furnish(world)
  await mark(home.api)
  homeKeyId = (await ask(world.url, ADMIN_KEY, `/environments/${home.environment}/keys`)).body.keys[0].id
  world.schedules = standIn({
    getCapacity: {
      environment: { name: 'x', maxRuns: 0, running: 0, waiting: 0, weight: 1 },
      integrations: [],
      syncs: [],
      runners: [],
    },
    searchSchedules: { schedules: [], nextCursor: '', total: 0 },
    countSchedules: { total: 0, stale: 0, reasons: [], syncs: [] },
  })
  world.results = standIn({})
  world.runFacts = standIn({})
  world.records = standIn({
    pruneRecords: { count: 0, hasMore: false },
    releaseHeldDeletion: { deletion: {} },
  })
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  api?.stop()
})

/** Things that nobody else may see, in each kind of entity. */
async function mark(api: Awaited<ReturnType<typeof furnish>>['api']): Promise<void> {
  const post = (path: string, json: unknown) => api(path, { method: 'POST', json })
  const at = { provider_config_key: 'github', connection_id: 'user-1' }
  await post('/connections', {
    ...at,
    credentials: { type: 'API_KEY', apiKey: MARKER },
    metadata: { text: MARKER },
  })
  await api('/environment-variables/SECRET', { method: 'PUT', json: { value: MARKER } })
  const deployed = await post('/deployments', {
    syncs: [aSync({ description: MARKER })],
    actions: [
      {
        provider_config_key: 'github',
        name: 'act',
        description: MARKER,
        input_schema: { type: 'object' },
        output_schema: { type: 'object' },
        bundle: `module.exports = '${MARKER}'`,
      },
    ],
    providers: [
      { name: 'acme', display_name: MARKER, base_url: 'https://api.acme.test', auth: { type: 'bearer' } },
    ],
  })
  expect(deployed.status, deployed.text).toBe(200)
}

/** Answers nothing, or what is given, and notes the request. */
function standIn<T extends object>(answers: Record<string, object>): T {
  return new Proxy({} as T, {
    get: (_, method: string) => (request: object) => {
      asked.push({ method, request })
      if (method === 'listRecords' || method === 'listVersions') return piece('[]')
      return Promise.resolve(answers[method] ?? {})
    },
  })
}

const place = { provider_config_key: 'github', connection_id: 'user-1' }
const headers = { 'provider-config-key': 'github', 'connection-id': 'user-1' }
const syncs = { ...place, syncs: ['issues'] }
const credentials = { type: 'API_KEY', apiKey: 'another' }
const one: Sent = { params: { connectionId: 'user-1' }, query: { provider_config_key: 'github' } }
const sync: Sent = { params: { name: 'issues' }, query: { provider_config_key: 'github' } }
const metadata: Sent = { json: { ...place, metadata: { a: 1 } } }
const metadataOfOne: Sent = { ...one, json: { a: 1 } }
const variant: Sent = { params: { name: 'issues', variant: 'a' }, json: place }
const integration: Sent = { params: { uniqueKey: 'github' } }
const page: Sent = { headers, query: { model: 'GithubIssue' } }
const run: Sent = { params: { id: RUN } }
const ofKeys = (): Sent => ({ params: { environment: home.environment, keyId: homeKeyId } })
const ofUsers = (): Sent => ({ params: { environment: home.environment, name: 'ann' } })
const proxied: Sent = { headers }
const nothing: Sent = {}

/** A valid request to each route, which names things of the other environment. */
const requests: Record<Name, Sent | (() => Sent)> = {
  listRecords: page,
  getRecord: { ...page, params: { id: '1' } },
  getRecordHistory: { ...page, params: { id: '1' } },
  countRecords: { query: place },
  listStreams: { query: place },
  pruneRecords: { headers, json: { model: 'GithubIssue', until_cursor: 'x' } },
  listHeldDeletions: { query: place },
  releaseHeldDeletion: { json: { ...place, model: 'GithubIssue' } },
  triggerSyncs: { json: syncs },
  startSyncs: { json: syncs },
  pauseSyncs: { json: syncs },
  cancelSyncs: { json: syncs },
  getSyncStatus: { query: { ...place, syncs: 'issues' } },
  updateFrequency: { json: { ...place, sync_name: 'issues', frequency: 'every hour' } },
  createVariant: variant,
  deleteVariant: variant,
  listSchedules: { query: place },
  countSchedules: { query: place },
  actOnSchedules: { json: { action: 'pause', ids: [SCHEDULE] } },
  setCheckpoint: { json: { ...place, sync_name: 'issues', checkpoint: { at: 1 } } },
  getWhy: { query: { ...place, sync_name: 'issues' } },
  triggerAction: { headers: { ...headers, 'x-async': 'true' }, json: { action_name: 'act', input: {} } },
  getActionResult: run,
  createPreview: { json: { ...place, sync: 'issues', bundle: 'x', models: ['GithubIssue'] } },
  getPreview: run,
  getPreviewRecording: run,
  cancelPreview: run,
  listRuns: { query: place },
  listErrors: { query: { provider_config_key: 'github', sync_name: 'issues' } },
  getStats: { query: place },
  listScheduleActivity: { query: { ids: 'b1946ac92492d2347c6235b8' } },
  getRun: run,
  listLogs: run,
  listAttempts: run,
  listRunChanges: run,
  cancelRun: { ...run, json: {} },
  getCommand: { params: { id: `${RUN}-1` } },
  getCapacity: nothing,
  diagnose: nothing,
  getConfiguration: nothing,
  listConfiguredConnections: nothing,
  createConnection: { json: { ...place, credentials } },
  listConnections: { query: { connectionId: 'user-1' } },
  getConnection: one,
  updateConnection: { ...one, json: { tags: { a: 'b' } } },
  deleteConnection: one,
  setMetadata: metadata,
  updateMetadata: metadata,
  oldGetConnection: one,
  oldListConnections: nothing,
  oldDeleteConnection: one,
  oldSetMetadata: metadata,
  oldUpdateMetadata: metadata,
  importConnection: { json: { ...place, api_key: 'another' } },
  setMetadataOfOne: metadataOfOne,
  updateMetadataOfOne: metadataOfOne,
  deployCompiled: { json: {} },
  confirmCompiled: { json: {} },
  createConnectSession: { json: {} },
  updateConnectSession: { json: {} },
  deleteConnectSession: nothing,
  reconnectSession: { json: {} },
  quickstartIntegration: { json: {} },
  createIntegration: { json: { unique_key: 'github', provider: 'github' } },
  listIntegrations: nothing,
  getIntegration: integration,
  updateIntegration: { ...integration, json: { display_name: 'another' } },
  deleteIntegration: integration,
  oldListIntegrations: nothing,
  oldGetIntegration: integration,
  listProviders: { query: { search: 'acme' } },
  getProvider: { params: { name: 'acme' } },
  deleteProvider: { params: { name: 'acme' } },
  verifyProvider: { json: place },
  deploy: { json: { syncs: [aSync()] } },
  planDeployment: { json: { syncs: [aSync()] } },
  putBundle: { params: { hash: bundleKey('another') }, json: { bundle: 'another' } },
  listDeployments: nothing,
  getDeployment: sync,
  deleteDeployment: sync,
  getScriptsConfig: nothing,
  listVariables: nothing,
  setVariable: { params: { name: 'SECRET' }, json: { value: 'another' } },
  deleteVariable: { params: { name: 'SECRET' } },
  createEnvironment: { json: { name: 'another' } },
  listEnvironments: nothing,
  getEnvironment: ofKeys,
  updateEnvironment: () => ({ ...ofKeys(), json: { weight: 2 } }),
  deleteEnvironment: () => ({ ...ofKeys(), query: { confirm: home.environment } }),
  createKey: () => ({ ...ofKeys(), json: { label: 'another' } }),
  listKeys: ofKeys,
  getKey: ofKeys,
  updateKey: () => ({ ...ofKeys(), json: { label: 'another' } }),
  deleteKey: ofKeys,
  createUser: () => ({ ...ofUsers(), json: { name: 'ann', password: 'a password of ann' } }),
  listUsers: () => ofUsers(),
  updateUser: () => ({ ...ofUsers(), json: { scopes: ['read'] } }),
  deleteUser: () => ofUsers(),
  setPassword: () => ({ ...ofUsers(), json: { password: 'a password of ann' } }),
  createSession: { json: { environment: 'home', user: 'ann', password: 'a password of ann' } },
  getSession: nothing,
  deleteSession: nothing,
  rotateKey: () => ({ ...ofKeys(), json: {} }),
  getMe: nothing,
  proxyGet: proxied,
  proxyPost: { ...proxied, json: {} },
  proxyPut: { ...proxied, json: {} },
  proxyPatch: { ...proxied, json: {} },
  proxyDelete: proxied,
  health: nothing,
  readiness: nothing,
  liveness: nothing,
}

/** Those that only read come first, and those that delete last. */
const ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const routes = Object.entries<Route>(createRoutes({ records: 500 })).sort(
  ([, a], [, b]) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method),
) as [Name, Route][]

async function send(key: string, name: Name, route: Route) {
  const given = requests[name]
  const { params = {}, query, headers, json } = typeof given === 'function' ? given() : given
  const path = route.url
    .replace(/:(\w+)/g, (_, part: string) => encodeURIComponent(params[part] ?? `no-${part}`))
    .replace('*', 'x')
  return await ask(world.url, key, query ? `${path}?${new URLSearchParams(query)}` : path, {
    method: route.method,
    ...(headers && { headers }),
    ...(json !== undefined && { json }),
  })
}

/** All that the catalog has of the first environment, but when its key was used. */
function stateOfHome(): string {
  const { catalog } = world
  const of = home.environment
  return JSON.stringify([
    catalog.environments.list(of),
    catalog.apiKeys.list().filter((key) => key.environment === of),
    catalog.variables.list(of),
    catalog.providers.list(of),
    catalog.integrations.list(of),
    catalog.connections.list(of),
    catalog.syncs.list(of),
    catalog.actions.list(of),
  ])
}

describe.each([
  ['that has nothing', false],
  ['that has things of the same names', true],
])('with the key of an environment %s', (_, isFurnished) => {
  let own: { environment: string; key: string }
  const answers = new Map<Name, { status: number; text: string }>()

  beforeAll(async () => {
    const bare = await world.environment()
    own = isFurnished ? await furnish(world) : { environment: bare.name, key: bare.key }
  })

  test('no route tells anything of the other environment, changes it, or asks for it', async () => {
    const before = stateOfHome()
    world.commands.length = 0
    api.requests.length = 0
    asked.length = 0
    for (const [name, route] of routes) {
      const { status, text } = await send(own.key, name, route)
      answers.set(name, { status, text })
      for (const secret of [MARKER, home.uid, home.environment, home.key])
        expect(text.includes(secret) ? `${name}: ${text}` : '').toBe('')
    }
    expect(stateOfHome()).toBe(before)
    for (const { headers } of api.requests) expect(headers.authorization).not.toContain(MARKER)
    for (const command of world.commands) expect(command.environment).toBe(own.environment)
    for (const { method, request } of asked) {
      // The gateway looks now and then whether the scheduler answers.
      if (method === 'listSchedules' && 'environment' in request && request.environment === '') continue
      const text = JSON.stringify(request, (_, value) => (typeof value === 'bigint' ? String(value) : value))
      expect([method, text.includes(home.environment)]).toEqual([method, false])
      expect([method, text.includes(own.environment)]).toEqual([method, true])
    }
  })

  test('each request was one that the route takes: it is refused because of whose it is, or has found nothing', () => {
    expect([...answers.keys()].sort()).toEqual(routes.map(([name]) => name).sort())
    const odd = routes.flatMap(([name, { scope, method, url }]) => {
      const { status = 0, text = '' } = answers.get(name) ?? {}
      const isFitting =
        scope === 'admin'
          ? status === 403
          : // Sessions are of a browser, not of the key.
            url === '/session'
            ? status === 401
            : isFurnished || method === 'GET'
              ? status < 500 && status !== 400
              : [200, 201, 204, 404].includes(status)
      return isFitting ? [] : [[name, status, text]]
    })
    expect(odd).toEqual([])
  })
})

test('with its own key the same requests find it all', async () => {
  const found = new Map<Name, number>()
  for (const [name, route] of routes.filter(([, { method, scope }]) => method === 'GET' && scope !== 'admin'))
    found.set(name, (await send(home.key, name, route)).status)
  for (const name of [
    'getConnection',
    'getIntegration',
    'getProvider',
    'getDeployment',
    'listVariables',
  ] as const)
    expect([name, found.get(name)]).toEqual([name, 200])
  const text = (await home.api('/connections/user-1?provider_config_key=github')).text
  expect(text).toContain(MARKER)
})
