import { expect, test } from 'vitest'
import { z } from 'zod'
import { createActionNango } from './action-nango.ts'
import { ModelChecks } from './model-checks.ts'
import { ModelShapes } from './model-shapes.ts'
import { createNango } from './nango.ts'
import type { RunFacts } from './run-facts.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

const facts: RunFacts = {
  connectionId: 'demo',
  providerConfigKey: 'api',
  provider: 'acme',
  environmentName: 'dev',
  environmentId: 12,
  nangoConnectionId: 34,
  activityLogId: 'run-1',
  logLevel: '',
  syncId: 'sync',
  syncJobId: 1,
  variant: 'base',
  lastSyncDate: null,
  syncConfig: {
    ...{ sync_name: 'sync', type: 'sync' as const, models: ['Thing'] },
    ...{ runs: 'every hour', version: '1', track_deletes: true },
  },
  emptyCache: true,
  pagination: {},
}

type Answers = Record<string, unknown>
type Calls = [string, unknown][]

/** Both objects on a host that answers as it is told, with what they have asked and logged. */
function world(answers: Answers = {}, more: Partial<RunFacts> = {}) {
  const calls: Calls = []
  const lines: string[] = []
  const host = {
    call: async (method: string, params: unknown) => {
      calls.push([method, params])
      return answers[method] ?? null
    },
    log: (level: string, text: string) => void lines.push(`${level} ${text}`),
  }
  const all = { ...facts, ...more }
  const sync = createNango(all, host, new UnresolvedFailures(), {
    checks: new ModelChecks({}),
    shapes: new ModelShapes(),
  })
  return { sync, action: createActionNango(all, host), calls, lines }
}

const connection = {
  credentials: { type: 'API_KEY', apiKey: 'k' },
  metadata: { a: 1, fieldMapping: { name: 'title' } },
}
const integration = { unique_key: 'api', provider: 'acme' }
const page = { status: 200, statusText: '', headers: {}, body: { text: '[]' }, url: 'https://a.io/' }
const run = async (pages: AsyncIterable<unknown>) => Array.fromAsync(pages)
const ofSyncs = { reason: 'is for syncs: an action writes no records and has no checkpoint' }

type Nango = ReturnType<typeof world>['sync']
/** What a member is, or what calling it gives: in a sync, and where that differs in an action. */
const members: Record<string, [of: (nango: Nango) => unknown, inSync: unknown, inAction?: unknown]> = {
  connectionId: [(nango) => nango.connectionId, 'demo'],
  providerConfigKey: [(nango) => nango.providerConfigKey, 'api'],
  provider: [(nango) => nango.provider, 'acme'],
  environmentId: [(nango) => nango.environmentId, 12],
  environmentName: [(nango) => nango.environmentName, 'dev'],
  accountId: [(nango) => nango.accountId, 0],
  activityLogId: [(nango) => nango.activityLogId, 'run-1'],
  syncId: [(nango) => nango.syncId, 'sync', undefined],
  syncJobId: [(nango) => nango.syncJobId, 1, undefined],
  nangoConnectionId: [(nango) => nango.nangoConnectionId, 34],
  syncConfig: [(nango) => nango.syncConfig, facts.syncConfig, undefined],
  runnerFlags: [(nango) => nango.runnerFlags, {}],
  scriptType: [(nango) => nango.scriptType, 'sync', 'action'],
  isCLI: [(nango) => nango.isCLI, false],
  logger: [(nango) => nango.logger.level, 'debug'],
  ActionError: [(nango) => new nango.ActionError({ message: 'no' }).message, 'no'],
  variant: [(nango) => nango.variant, 'base', undefined],
  lastSyncDate: [(nango) => nango.lastSyncDate, undefined],
  track_deletes: [(nango) => nango.track_deletes, true, undefined],
  emptyCache: [(nango) => nango.emptyCache, true, undefined],
  // 4.1 and 4.2
  get: [(nango) => nango.get({ endpoint: '/' }), expect.objectContaining({ data: [] })],
  post: [(nango) => nango.post({ endpoint: '/' }), expect.objectContaining({ status: 200 })],
  put: [(nango) => nango.put({ endpoint: '/' }), expect.objectContaining({ status: 200 })],
  patch: [(nango) => nango.patch({ endpoint: '/' }), expect.objectContaining({ status: 200 })],
  delete: [(nango) => nango.delete({ endpoint: '/' }), expect.objectContaining({ status: 200 })],
  proxy: [(nango) => nango.proxy({ endpoint: '/' }), expect.objectContaining({ status: 200 })],
  uncontrolledFetch: [
    async (nango) => (await nango.uncontrolledFetch({ url: new URL('https://a.io') })).status,
    200,
  ],
  paginate: [
    (nango) =>
      run(nango.paginate({ endpoint: '/', paginate: { type: 'offset', offset_name_in_request: 'at' } })),
    [],
  ],
  // 4.3
  batchSave: [(nango) => nango.batchSave([{ id: '1' }], 'Thing'), true, ofSyncs],
  batchSend: [(nango) => nango.batchSend([{ id: '1' }], 'Thing'), true, ofSyncs],
  batchUpdate: [(nango) => nango.batchUpdate([{ id: '1' }], 'Thing'), true, ofSyncs],
  batchDelete: [(nango) => nango.batchDelete([{ id: '1' }], 'Thing'), true, ofSyncs],
  getRecordsByIds: [
    (nango) => nango.getRecordsByIds(['7', 7, 'x'], 'Thing'),
    new Map([7, '7'].map((id) => [id, { id: '7' }])),
  ],
  listRecords: [(nango) => run(nango.listRecords('Thing')), [[{ id: '7' }]]],
  setMergingStrategy: [
    (nango) => nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Thing'),
    undefined,
    ofSyncs,
  ],
  deleteRecordsFromPreviousExecutions: [
    (nango) => nango.deleteRecordsFromPreviousExecutions('Thing'),
    undefined,
    ofSyncs,
  ],
  trackDeletesStart: [(nango) => nango.trackDeletesStart('Thing'), undefined, ofSyncs],
  trackDeletesEnd: [(nango) => nango.trackDeletesEnd('Thing'), undefined, ofSyncs],
  // 4.4
  getCheckpoint: [(nango) => nango.getCheckpoint(), { n: 1 }, ofSyncs],
  saveCheckpoint: [(nango) => nango.saveCheckpoint({ n: 2 }), undefined, ofSyncs],
  clearCheckpoint: [(nango) => nango.clearCheckpoint(), undefined, ofSyncs],
  // 4.5
  getConnection: [(nango) => nango.getConnection('api', 'demo', { refreshToken: true }), connection],
  getMetadata: [(nango) => nango.getMetadata(), connection.metadata],
  setMetadata: [(nango) => nango.setMetadata({ a: 1 }), undefined],
  updateMetadata: [(nango) => nango.updateMetadata({ a: 1 }), undefined],
  getToken: [(nango) => nango.getToken(), connection.credentials],
  getIntegration: [
    (nango) => nango.getIntegration({ include: ['webhook'] }),
    { ...integration, webhook_url: null },
  ],
  getWebhookURL: [(nango) => nango.getWebhookURL(), null],
  getEnvironmentVariables: [(nango) => nango.getEnvironmentVariables(), [{ name: 'A', value: 'b' }]],
  getFlowAttributes: [(nango) => nango.getFlowAttributes(), {}],
  getFieldMapping: [(nango) => nango.getFieldMapping(), { name: 'title' }],
  setFieldMapping: [(nango) => nango.setFieldMapping({ name: 'title' }), undefined],
  log: [(nango) => nango.log('text', { level: 'warn' }), undefined],
  setLogger: [(nango) => nango.setLogger({ level: 'info' }), undefined],
  triggerAction: [(nango) => nango.triggerAction('api', 'demo', 'act', { a: 1 }), { done: true }],
  triggerSync: [(nango) => nango.triggerSync('api', 'demo', 'sync', { reset: true }), undefined],
  startSync: [(nango) => nango.startSync('api', ['sync']), undefined],
  tryAcquireLock: [(nango) => nango.tryAcquireLock({ key: 'k', ttlMs: 1000 }), true],
  releaseLock: [(nango) => nango.releaseLock({ key: 'k' }), true],
  releaseAllLocks: [(nango) => nango.releaseAllLocks(), undefined],
  zodValidateInput: [
    (nango) => nango.zodValidateInput({ zodSchema: z.object({ a: z.number() }), input: { a: 1 } }),
    { success: true, data: { a: 1 } },
  ],
}

const answers = {
  http: page,
  fetch: page,
  getCheckpoint: { json: '{"n":1}' },
  getConnection: connection,
  getIntegration: integration,
  getEnvironmentVariables: [{ name: 'A', value: 'b' }],
  listRecords: { json: '[{"id":"7"}]', nextCursor: '' },
  tryAcquireLock: true,
  releaseLock: true,
  triggerAction: { code: '', message: '', json: '{"done":true}' },
}

test.each(Object.entries(members))('%s works, or says why not', async (name, [of, inSync, ...inAction]) => {
  const { sync, action } = world(answers)
  expect(await of(sync)).toEqual(inSync)
  const wanted = inAction.length > 0 ? inAction[0] : inSync
  const inPlace = action as unknown as Nango // what it lacks is checked here
  if (wanted !== ofSyncs) expect(await of(inPlace)).toEqual(wanted)
  else await expect(of(inPlace)).rejects.toThrow(`nango.${name} ${ofSyncs.reason}`)
})

test('the objects have these members and an id of the action', () => {
  const { sync, action } = world()
  expect(Object.keys(sync).sort()).toEqual(Object.keys(members).sort())
  const ofSync = [
    'emptyCache',
    'lastSyncDate',
    'syncConfig',
    'syncId',
    'syncJobId',
    'track_deletes',
    'variant',
  ]
  const expected = [...Object.keys(members).filter((name) => !ofSync.includes(name)), 'actionId']
  expect(Object.keys(action).sort()).toEqual(expected.sort())
})

test.each([
  [undefined, { reset: false, emptyCache: false }],
  ['incremental', { reset: false, emptyCache: false }],
  ['full_refresh', { reset: true, emptyCache: false }],
  ['full_refresh_and_clear_cache', { reset: true, emptyCache: true }],
  [true, { reset: true, emptyCache: false }],
  [{ emptyCache: true }, { reset: false, emptyCache: true }],
] as const)('triggerSync with %j', async (mode, expected) => {
  const { sync, calls } = world()
  await sync.triggerSync('other', 'their', ['a', 'b::team', { name: 'c', variant: 'v' }, { name: 'd' }], mode)
  const syncs = ['a', 'b', 'c', 'd'].map((name, i) => ({ name, variant: ['base', 'team', 'v', 'base'][i] }))
  expect(calls).toEqual([
    ['triggerSync', { providerConfigKey: 'other', connectionId: 'their', syncs, ...expected }],
  ])
})

test('an action that fails is an error with its code and what it says of it', async () => {
  const failed = { code: 'action_failed', message: 'no scope', json: '{"payload":{"scope":"repo"}}' }
  const { sync } = world({ triggerAction: failed })
  await expect(sync.triggerAction('api', 'demo', 'act')).rejects.toMatchObject({
    message: 'no scope',
    code: 'action_failed',
    details: { payload: { scope: 'repo' } },
  })
})

test.each([
  ['', 'debug', ['debug d', 'info i', 'warn w', 'error e']],
  ['nonsense', 'debug', ['debug d', 'info i', 'warn w', 'error e']],
  ['warn', 'warn', ['warn w', 'error e']],
  ['off', 'off', []],
])('NANGO_LOGGER_LEVEL %j', async (logLevel, level, expected) => {
  const { sync, lines } = world({}, { logLevel })
  expect(sync.logger.level).toBe(level)
  for (const each of ['debug', 'info', 'warn', 'error']) await sync.log(each[0], { level: each })
  expect(lines).toEqual(expected)
})

test('setLogger replaces the level of the variable, unless that is off', async () => {
  const { sync, lines } = world({}, { logLevel: 'error' })
  sync.setLogger({ level: 'info' })
  await sync.log('a')
  expect([sync.logger.level, lines]).toEqual(['info', ['info a']])
  const off = world({}, { logLevel: 'off' })
  off.sync.setLogger({ level: 'debug' })
  await off.sync.log('a', { level: 'error' })
  expect(off.lines).toEqual([])
})

test('zodValidateInput logs each issue and throws an ActionError', async () => {
  const { action, lines } = world()
  const zodSchema = z.object({ a: z.number(), b: z.object({ c: z.string() }) })
  const refused = action.zodValidateInput({ zodSchema, input: { a: 'x', b: {} } })
  await expect(refused).rejects.toMatchObject({
    type: 'action_script_runtime_error',
    payload: { message: 'Invalid input provided' },
  })
  expect(lines.map((line) => line.split(':')[0])).toEqual(['error a', 'error b.c'])
})

test('getConnection with forceRefresh asks for a new token, and refuses other connections', async () => {
  const { sync, calls } = world({ getConnection: connection })
  await sync.getConnection(undefined, undefined, { forceRefresh: true })
  expect(calls).toEqual([['getConnection', { forceRefresh: true }]])
  await expect(sync.getConnection('api', 'other')).rejects.toThrow('own connection only')
})
