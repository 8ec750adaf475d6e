import { expect, expectTypeOf, test } from 'vitest'
import { Syncline } from './client.ts'
import type { NangoRecord, SyncStatusResponse } from './types.ts'

// What the documentation of the Syncs API writes down, word by word: code that is written for it compiles and sends what it says.

// biome-ignore lint/suspicious/noExplicitAny: as it is documented
type AnyRecord = Record<string, any>
type Sync = string | { name: string; variant: string }

interface ListRecordsRequestConfig {
  providerConfigKey: string
  connectionId: string
  model: string
  variant?: string
  modifiedAfter?: string
  limit?: number
  filter?: 'added' | 'updated' | 'deleted' | 'added,updated' | 'added,deleted' | 'updated,deleted'
  cursor?: string | null
  ids?: string[]
}

interface Documented {
  listRecords<T extends AnyRecord = AnyRecord>(
    config: ListRecordsRequestConfig,
  ): Promise<{ records: NangoRecord<T>[]; next_cursor: string | null }>
  triggerSync(
    providerConfigKey: string,
    syncs?: Sync[],
    connectionId?: string,
    opts?: { reset?: boolean; emptyCache?: boolean },
  ): Promise<void>
  startSync(providerConfigKey: string, syncs: Sync[], connectionId?: string): Promise<void>
  pauseSync(providerConfigKey: string, syncs: Sync[], connectionId?: string): Promise<void>
  syncStatus(
    providerConfigKey: string,
    syncs: '*' | Sync[],
    connectionId?: string,
  ): Promise<SyncStatusResponse>
}

interface Issue {
  id: string
  title: string
}

test('the client has the documented signatures', () => {
  expectTypeOf<Syncline>().toExtend<Documented>()
  // As it is documented: what may be absent may be missing, and callers may pass on what they have.
  expectTypeOf<ListRecordsRequestConfig>().toExtend<Parameters<Syncline['listRecords']>[0]>()
  expectTypeOf<SyncStatusResponse['syncs'][number]>().toExtend<{
    id: string
    name: string
    status: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'SUCCESS' | 'ERROR'
    frequency: string | null
    finishedAt?: string | undefined
    nextScheduledSyncAt: string | null
    checkpoint: Record<string, unknown> | null
    latestResult?: Record<string, { added: number; updated: number; deleted: number }> | undefined
    recordCount: Record<string, number>
  }>()
})

const where = { providerConfigKey: 'github', connectionId: 'user-123', model: 'GithubIssue' }
const place = { provider_config_key: 'github', connection_id: 'user-123' }
const syncs = ['issues', { name: 'issues', variant: 'a' }]

test.each<[string, (client: Syncline) => Promise<unknown>, string, object | undefined]>([
  [
    'listRecords',
    async (client) => {
      const config: ListRecordsRequestConfig = {
        ...where,
        ...{ variant: 'a', modifiedAfter: '2026-01-01T00:00:00Z', limit: 5, filter: 'added,deleted' },
        ...{ cursor: null, ids: ['1', '2'] },
      }
      const { records, next_cursor } = await client.listRecords<Issue>(config)
      expectTypeOf(records[0]?.title).toEqualTypeOf<string | undefined>()
      expectTypeOf(records[0]?._nango_metadata.last_action).toExtend<string | undefined>()
      expectTypeOf(next_cursor).toEqualTypeOf<string | null>()
    },
    'GET /records?model=GithubIssue&variant=a&limit=5&filter=added%2Cdeleted&ids=1&ids=2&modified_after=2026-01-01T00%3A00%3A00Z',
    undefined,
  ],
  [
    'triggerSync with its first argument',
    (client) => client.triggerSync('github'),
    'POST /sync/trigger',
    {
      provider_config_key: 'github',
      syncs: [],
    },
  ],
  [
    'triggerSync',
    (client) => client.triggerSync('github', syncs, 'user-123', { reset: true, emptyCache: false }),
    'POST /sync/trigger',
    { ...place, syncs, opts: { reset: true, emptyCache: false } },
  ],
  [
    'startSync',
    (client) => client.startSync('github', syncs, 'user-123'),
    'POST /sync/start',
    { ...place, syncs },
  ],
  [
    'pauseSync',
    (client) => client.pauseSync('github', syncs),
    'POST /sync/pause',
    {
      provider_config_key: 'github',
      syncs,
    },
  ],
  [
    'syncStatus of all',
    (client) => client.syncStatus('github', '*'),
    'GET /sync/status?provider_config_key=github&syncs=*',
    undefined,
  ],
  [
    'syncStatus',
    (client) => client.syncStatus('github', syncs, 'user-123'),
    'GET /sync/status?provider_config_key=github&connection_id=user-123&syncs=issues%2Cissues%3A%3Aa',
    undefined,
  ],
  [
    'pruneRecords',
    async (client) => {
      const answer = await client.pruneRecords({ ...where, untilCursor: 'c', variant: 'a', limit: 3 })
      expectTypeOf(answer).toEqualTypeOf<{ count: number; has_more: boolean }>()
    },
    'PATCH /records/prune',
    { model: 'GithubIssue', variant: 'a', limit: 3, until_cursor: 'c' },
  ],
  [
    'updateSyncConnectionFrequency',
    (client) => client.updateSyncConnectionFrequency('github', 'issues', 'user-123', 'every 30 minutes'),
    'PUT /sync/update-connection-frequency',
    { ...place, sync_name: 'issues', frequency: 'every 30 minutes' },
  ],
  [
    'updateSyncConnectionFrequency back to the default',
    (client) =>
      client.updateSyncConnectionFrequency('github', { name: 'issues', variant: 'a' }, 'user-123', null),
    'PUT /sync/update-connection-frequency',
    { ...place, sync_name: 'issues', sync_variant: 'a', frequency: null },
  ],
  [
    'getEnvironmentVariables',
    async (client) => {
      const variables = await client.getEnvironmentVariables()
      expectTypeOf(variables).toExtend<{ name: string; value: string }[]>()
    },
    'GET /environment-variables',
    undefined,
  ],
  [
    'createSyncVariant',
    (client) => client.createSyncVariant({ ...place, name: 'issues', variant: 'a' }),
    'POST /sync/issues/variant/a',
    place,
  ],
  [
    'deleteSyncVariant',
    (client) => client.deleteSyncVariant({ ...place, name: 'issues', variant: 'a' }),
    'DELETE /sync/issues/variant/a',
    place,
  ],
])('%s sends what the documentation says', async (_, call, request, body) => {
  const sent: { request: string; body: unknown; headers: Headers }[] = []
  const own: typeof fetch = async (url, { method, body, headers } = {}) => {
    const path = String(url).replace('http://localhost:3003', '')
    const json = typeof body === 'string' ? JSON.parse(body) : undefined
    sent.push({ request: `${method} ${path}`, body: json, headers: new Headers(headers) })
    return Response.json({ records: [], next_cursor: null })
  }
  await call(new Syncline({ secretKey: 'sk', fetch: own }))
  expect(sent).toMatchObject([{ request, body }])
  expect(sent[0]?.headers.get('authorization')).toBe('Bearer sk')
  if (request.includes('/records')) {
    expect(sent[0]?.headers.get('connection-id')).toBe('user-123')
    expect(sent[0]?.headers.get('provider-config-key')).toBe('github')
  }
})
