import { Syncline, SynclineError } from '@syncline/sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ADMIN_KEY, aSync, furnish, piece, startWorld, type World } from './world.ts'

let world: World
let syncline: Syncline
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
  syncline = new Syncline({ secretKey: home.key, host: `${world.url}/` })
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  world.commands = []
})

const where = { providerConfigKey: 'github', connectionId: 'user-1', model: 'GithubIssue' }
const place = { provider_config_key: 'github', connection_id: 'user-1' }

test('listRecords sends every setting', async () => {
  world.records.listRecords = (request) => {
    expect(request).toMatchObject({
      stream: { variant: 'a' },
      cursor: 'c',
      limit: 5,
      modifiedAfterMs: 1_704_067_200_000,
      actions: ['RECORD_ACTION_ADDED', 'RECORD_ACTION_DELETED'],
      ids: ['1', '2'],
    })
    return piece('[{"id":1,"title":"x","_nango_metadata":{}}]', 'd')
  }
  const page = await syncline.listRecords<{ id: number; title: string }>({
    ...where,
    variant: 'a',
    cursor: 'c',
    limit: 5,
    modifiedAfter: '2024-01-01T00:00:00Z',
    filter: 'added,deleted',
    ids: ['1', '2'],
  })
  expect(page.records[0]?.title).toBe('x')
  expect(page.next_cursor).toBe('d')
})

test('listAllRecords follows the cursor to the end', async () => {
  const pages: Record<string, [string, string?]> = { '': ['[{"id":1},{"id":2}]', 'a'], a: ['[{"id":3}]'] }
  world.records.listRecords = ({ cursor }) => piece(...(pages[cursor] ?? ['[]']))
  const ids = []
  for await (const { id } of syncline.records.iterate({ ...where, cursor: null })) ids.push(id)
  expect(ids).toEqual([1, 2, 3])
})

test('getRecordHistory', async () => {
  world.records.listVersions = ({ id, cursor, limit }) =>
    piece(JSON.stringify([{ id, cursor, limit }]), 'older')
  const page = await syncline.records.history({ ...where, id: 'a/1', limit: 3, cursor: 'c' })
  expect(page).toEqual({ records: [{ id: 'a/1', cursor: 'c', limit: 3 }], next_cursor: 'older' })
})

test('pruneRecords', async () => {
  world.records.pruneRecords = async ({ untilCursor, limit }) => ({
    count: limit,
    hasMore: untilCursor === 'c',
  })
  const answer = await syncline.pruneRecords({ ...where, untilCursor: 'c', limit: 3 })
  expect(answer).toEqual({ count: 3, has_more: true })
})

test('listHeldDeletions and releaseHeldDeletion', async () => {
  const held = { atMs: 1, runId: 'run-1', unseen: 90, live: 90 }
  world.records.listHeldDeletions = async ({ environment, connection, cursor, limit }) => ({
    deletions: [
      {
        ...held,
        stream: { environment, connection, model: 'GithubIssue', variant: 'base' },
        incomplete: cursor,
      },
    ],
    nextCursor: String(limit),
  })
  expect(
    await syncline.heldDeletions.list({
      providerConfigKey: 'github',
      connectionId: 'user-1',
      cursor: 'c',
      limit: 3,
    }),
  ).toMatchObject({
    deletions: [{ ...place, model: 'GithubIssue', reason: 'incomplete', incomplete: 'c', unseen: 90 }],
    next_cursor: '3',
  })
  world.records.releaseHeldDeletion = async ({ stream }) => ({ deletion: { ...held, stream } })
  expect(await syncline.heldDeletions.release({ ...where, variant: 'a' })).toMatchObject({
    ...place,
    variant: 'a',
    reason: 'guard',
  })
})

test('triggerSync, startSync and pauseSync have the signatures of the seed, and give nothing', async () => {
  const syncs = ['issues', { name: 'issues', variant: 'a' }]
  expect(await syncline.triggerSync('github')).toBeUndefined()
  expect(
    await syncline.triggerSync('github', syncs, 'user-1', { reset: true, emptyCache: true }),
  ).toBeUndefined()
  expect(await syncline.startSync('github', syncs, 'user-1')).toBeUndefined()
  expect(await syncline.pauseSync('github', syncs)).toBeUndefined()
  expect(world.commands.map(({ action }) => action?.$case)).toEqual(['trigger', 'trigger', 'start', 'pause'])
})

test('syncStatus takes * or names', async () => {
  world.schedules.listSchedules = async ({ syncs }) => ({
    schedules: [
      { id: 's', sync: 'issues', variant: 'a', providerConfigKey: 'github', frequency: `${syncs.length}` },
    ],
  })
  world.records.countRecords = async () => ({ sizes: [{ live: 842 }] })
  expect((await syncline.syncStatus('github', '*')).syncs[0]).toMatchObject({
    frequency: '0',
    recordCount: { GithubIssue: 842 },
  })
  const named = await syncline.syncStatus('github', ['issues', { name: 'issues', variant: 'a' }], 'user-1')
  expect(named.syncs[0]?.frequency).toBe('2')
})

test('updateSyncConnectionFrequency', async () => {
  const update = (sync: Parameters<Syncline['updateSyncConnectionFrequency']>[1], frequency: string | null) =>
    syncline.updateSyncConnectionFrequency('github', sync, 'user-1', frequency)
  expect(await update('issues', 'every hour')).toEqual({ frequency: 'every hour' })
  expect((await update({ name: 'issues', variant: 'a' }, null)).frequency).toBe('every hour')
  await expect(update('issues', 'soon')).rejects.toMatchObject({ status: 400, code: 'invalid_body' })
})

test('variants, variables, metadata, integrations, connections, deployments, runs and logs', async () => {
  const variant = { ...place, name: 'issues', variant: 'a' }
  expect(await syncline.createSyncVariant(variant)).toEqual({
    id: 'schedule-1',
    name: 'issues',
    variant: 'a',
  })
  expect(await syncline.deleteSyncVariant(variant)).toBeUndefined()

  await syncline.variables.set('REGION', 'eu')
  expect(await syncline.getEnvironmentVariables()).toEqual([{ name: 'REGION', value: 'eu' }])
  await syncline.variables.delete('REGION')

  await syncline.setMetadata('github', 'user-1', { a: 1 })
  await syncline.updateMetadata('github', ['user-1'], { b: 2 })
  expect(await syncline.getMetadata('github', 'user-1')).toEqual({ a: 1, b: 2 })

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

  expect((await syncline.deployments.create({ syncs: [aSync({ name: 'pulls' })] })).syncs).toMatchObject([
    { name: 'pulls', changed: true },
  ])
  expect(await syncline.deployments.get({ providerConfigKey: 'github', name: 'pulls' })).toMatchObject({
    name: 'pulls',
    version: '1',
  })
  await syncline.deployments.delete({ providerConfigKey: 'github', name: 'pulls' })
  expect((await syncline.deployments.list()).syncs).toHaveLength(1)

  world.schedules.listRuns = async () => ({ runs: [{ id: 'run-1', state: 'RUN_STATE_RUNNING' }] })
  expect(
    (await syncline.runs.list({ providerConfigKey: 'github', sync: 'issues', connectionId: 'user-1' })).runs,
  ).toMatchObject([{ state: 'running' }])
  world.schedules.listRuns = async ({ providerConfigKey, sync, states, outcomes, limit }) => ({
    runs: [{ id: JSON.stringify([providerConfigKey, sync?.variant, states, outcomes, limit]) }],
    nextCursor: 'more',
  })
  const page = await syncline.runs.list({
    providerConfigKey: 'github',
    state: ['queued'],
    outcome: ['success', 'lost'],
  })
  expect(page.next_cursor).toBe('more')
  expect(JSON.parse(page.runs[0]?.id ?? '')).toEqual([
    'github',
    null,
    ['RUN_STATE_QUEUED'],
    ['RUN_OUTCOME_SUCCESS', 'RUN_OUTCOME_LOST'],
    20,
  ])
  world.records.listLogs = async () => ({ lines: [] })
  expect(await syncline.runs.logs('run-1')).toEqual({ lines: [] })
})

test('an error has status, code and the fields that are wrong', async () => {
  const failing = syncline.listRecords({ ...where, model: 'issue', limit: 1000 })
  await expect(failing).rejects.toBeInstanceOf(SynclineError)
  await expect(failing).rejects.toMatchObject({
    status: 400,
    code: 'invalid_query_params',
    errors: [{ path: ['model'] }, { path: ['limit'], code: 'too_big' }],
  })
})

test('a host where nobody listens, or answers too late, is an error with a code', async () => {
  const nobody = new Syncline({ apiKey: 'k', host: 'http://127.0.0.1:1', retries: 0 })
  await expect(nobody.integrations.list()).rejects.toMatchObject({ status: 0, code: 'no_answer' })
  const late = Promise.withResolvers<{ lines: [] }>()
  world.records.listLogs = () => late.promise
  const hasty = new Syncline({ secretKey: home.key, host: world.url, timeoutMs: 50 })
  await expect(hasty.runs.logs('x')).rejects.toMatchObject({ status: 0, code: 'timeout' })
  late.resolve({ lines: [] })
})

test('schedules, why, capacity and cancel', async () => {
  world.schedules.listSchedules = async (request) => ({
    schedules: [
      {
        ...{ id: 's', providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'a' },
        state: 'SCHEDULE_STATE_STARTED',
        pausedBecause: JSON.stringify([request.syncs, request.reasons, request.tags, request.onlyStale]),
      },
    ],
    nextCursor: 'more',
  })
  const { schedules, next_cursor } = await syncline.schedules.list({
    ...{ syncs: [{ name: 'issues', variant: 'a' }], reason: ['failing'], tags: { plan: 'pro' }, stale: true },
  })
  expect(next_cursor).toBe('more')
  expect(JSON.parse(schedules[0]?.pausedBecause ?? '')).toEqual([
    [{ name: 'issues', variant: 'a' }],
    ['STALE_REASON_FAILING'],
    { plan: 'pro' },
    true,
  ])
  world.schedules.listRuns = async () => ({ runs: [{ id: 'run-1' }] })
  expect(
    await syncline.syncs.why({
      providerConfigKey: 'github',
      sync: { name: 'issues', variant: 'a' },
      connectionId: 'user-1',
    }),
  ).toMatchObject({
    schedule: { id: 's', variant: 'a' },
    runs: [{ id: 'run-1' }],
  })
  world.schedules.getCapacity = async () => ({ environment: { name: 'dev', running: 1 } })
  expect(await syncline.schedules.capacity()).toMatchObject({
    environment: { name: 'dev', running: 1 },
    runners: [],
  })
  const { answer } = world
  world.answer = () => ({
    $case: 'done',
    value: { frequency: '', scheduleId: '', cancelled: 2, runs: [], moreRuns: false },
  })
  expect(await syncline.syncs.cancel({ providerConfigKey: 'github', syncs: ['issues'] })).toEqual({
    cancelled: 2,
  })
  expect(await syncline.runs.cancel('run-1')).toEqual({ cancelled: 2 })
  world.answer = answer
})

test('a record is read by any id, also by one that is no segment of a path', async () => {
  world.records.listRecords = ({ ids }) =>
    piece(JSON.stringify(ids?.map((id) => ({ id, _nango_metadata: {} })).filter(({ id }) => id !== 'gone')))
  for (const id of ['4711', 'a/b?c#d %2e', '.', '..', 'counts', 'held-deletions', 'prune']) {
    expect((await syncline.records.get({ ...where, id })).id).toBe(id)
  }
  await expect(syncline.records.get({ ...where, id: 'gone' })).rejects.toMatchObject({
    code: 'unknown_record',
  })
  world.records.listRecords = () => piece('[]')
  for (const id of ['.', 'counts']) {
    const failing = syncline.records.get({ ...where, id })
    await expect(failing).rejects.toMatchObject({ status: 404, code: 'unknown_record' })
  }
})

test('record counts, runs, commands, me, and a connection that is changed', async () => {
  world.records.countRecords = async ({ streams }) => ({
    sizes: streams?.map(() => ({ live: 2, bytes: 10 })) ?? [],
  })
  const { counts } = await syncline.records.counts({ providerConfigKey: 'github', connectionId: 'user-1' })
  expect(counts).toEqual([
    { provider_config_key: 'github', model: 'GithubIssue', connections: 1, records: 2, bytes: 10 },
  ])
  world.schedules.getRun = async ({ runId }) => ({ id: runId, state: 'RUN_STATE_ENDED' })
  expect(await syncline.runs.wait('run-1')).toMatchObject({ id: 'run-1', state: 'ended' })
  expect(await syncline.me()).toMatchObject({ environment: home.environment, connection: null })
  await expect(syncline.commands.get('nothing')).rejects.toMatchObject({ code: 'unknown_command' })

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
