import { expect, test } from 'vitest'
import type { Catalog } from './catalog.ts'
import { type ExpectedFilter, expectedSchedules } from './expected-schedules.ts'

/** As many connections as two pages hold, and some of another integration. */
const connections = [
  ...Array.from({ length: 450 }, (_, i) => ({ integration: 'github', id: `c${String(i).padStart(3, '0')}` })),
  { integration: 'asana', id: 'one' },
  { integration: 'zendesk', id: 'last' },
  { integration: 'idle', id: 'no-sync' },
]
const syncs = [
  { integration: 'github', name: 'issues' },
  { integration: 'github', name: 'commits' },
  { integration: 'asana', name: 'tasks' },
  { integration: 'zendesk', name: 'tickets' },
]
const catalog = {
  integrations: { list: () => ['zendesk', 'idle', 'github', 'asana'].map((key) => ({ key })) },
  syncs: {
    list: (_: string, integration: string) => syncs.filter((sync) => sync.integration === integration),
  },
  connections: {
    peek: (_: string, integration: string, id: string) =>
      connections.find((it) => it.integration === integration && it.id === id),
    page: ([, integration]: string[], { after, limit }: { after?: string[]; limit: number }) =>
      connections
        .filter((it) => it.integration === integration && (after === undefined || it.id > (after[2] ?? '')))
        .slice(0, limit),
  },
} as unknown as Catalog // what is read of it

const list = (filter: ExpectedFilter = {}, from?: string) => {
  const [integration = '', connection = '', sync = ''] = from?.split('/') ?? []
  const position = from === undefined ? undefined : { integration, connection, sync }
  return [...expectedSchedules(catalog, 'dev', filter, position)].map(
    (it) => `${it.connection.integration}/${it.connection.id}/${it.sync.name}`,
  )
}

test('schedules come in the order of integration, connection and sync, each once', () => {
  const all = list()
  expect(all).toHaveLength(902)
  expect([all[0], all[1], all[2], all.at(-1)]).toEqual([
    'asana/one/tasks',
    'github/c000/commits',
    'github/c000/issues',
    'zendesk/last/tickets',
  ])
  expect(new Set(all).size).toBe(902)
})

test('a list goes on at any position, also at one that is gone', () => {
  const all = list()
  for (const at of [0, 1, 2, 401, 402, 900, 901]) {
    expect(list({}, all[at])).toEqual(all.slice(at))
  }
  expect(list({}, 'github/c000x/issues')[0]).toBe('github/c001/commits')
  expect(list({}, 'github/c000/d')[0]).toBe('github/c000/issues')
  expect(list({}, 'hubspot/a/b')).toEqual(['zendesk/last/tickets'])
})

test('a filter leaves its schedules', () => {
  expect(list({ integration: 'github', syncs: ['issues'] })).toHaveLength(450)
  expect(list({ integration: 'github', connection: 'c007' })).toEqual([
    'github/c007/commits',
    'github/c007/issues',
  ])
  expect(list({ integration: 'github', connection: 'nobody' })).toEqual([])
})
