import { afterAll, beforeAll, expect, test } from 'vitest'
import { furnish, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const target = { provider_config_key: 'github', connection_id: 'user-1', syncs: ['issues'] }

test.each([
  ['trigger', 'connection_id', { ...target, connection_id: '' }],
  ['trigger', 'connection_id', { ...target, connection_id: '', opts: { reset: true, emptyCache: true } }],
  ['trigger', 'connection_id', { ...target, connection_id: null }],
  ['trigger', 'provider_config_key', { ...target, provider_config_key: '' }],
  ['trigger', 'syncs.0', { ...target, syncs: [''] }],
  ['trigger', 'syncs.0', { ...target, syncs: ['issues::'] }],
  ['trigger', 'syncs.0', { ...target, syncs: [{ name: '', variant: 'base' }] }],
  ['trigger', 'syncs.0', { ...target, syncs: [{ name: 'issues', variant: '' }] }],
  ['start', 'connection_id', { ...target, connection_id: '' }],
  ['pause', 'connection_id', { ...target, connection_id: '' }],
  ['cancel', 'connection_id', { ...target, connection_id: '' }],
  ['cancel', 'syncs.0', { ...target, syncs: ['::base'] }],
])('%s: an empty %s is a 400 that names it, and no command', async (verb, field, json) => {
  const before = world.commands.length
  const answer = await home.api(`/sync/${verb}`, { method: 'POST', json })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } })
  expect(answer.body.error.message).toContain(field)
  expect(world.commands).toHaveLength(before)
})

test.each([
  ['connection-id', { 'Connection-Id': '' }],
  ['provider-config-key', { 'Provider-Config-Key': '' }],
])('trigger: an empty header %s is a 400 that names it, and no command', async (field, headers) => {
  const before = world.commands.length
  const json = { provider_config_key: 'github', syncs: [], opts: { reset: true, emptyCache: true } }
  const answer = await home.api('/sync/trigger', { method: 'POST', json, headers })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_headers' } } })
  expect(answer.body.error.message).toContain(field)
  expect(world.commands).toHaveLength(before)
})

test.each([
  ['/sync/status?provider_config_key=github&syncs=', 'syncs'],
  ['/sync/status?provider_config_key=github&syncs=issues,', 'syncs'],
  ['/sync/status?provider_config_key=github&syncs=*&connection_id=', 'connection_id'],
  ['/sync/status?provider_config_key=&syncs=*', 'provider_config_key'],
  ['/schedules?provider_config_key=', 'provider_config_key'],
  ['/schedules?syncs=', 'syncs'],
  ['/schedules?limit=', 'limit'],
  ['/schedules?cursor=', 'cursor'],
  ['/schedules?state=', 'state'],
  ['/schedules?tags[plan]=', 'tags'],
  ['/runs?provider_config_key=github&connection_id=', 'connection_id'],
  ['/runs?sync_name=', 'sync_name'],
  ['/runs?outcome=', 'outcome'],
  ['/connections?connectionId=', 'connectionId'],
  ['/connections?integrationId=', 'integrationId'],
  ['/connections?integrationId=github,', 'integrationId'],
  ['/connections?page=', 'page'],
  ['/connections?search=', 'search'],
  ['/connections?connectionId=a&connectionId=b', 'connectionId'],
  ['/connections?limit[]=5', 'limit'],
  ['/connections?limit=0x10', 'limit'],
  ['/connections/user-1?provider_config_key=', 'provider_config_key'],
  ['/records/held-deletions?connection_id=', 'connection_id'],
  ['/why?provider_config_key=github&connection_id=user-1&sync_name=', 'sync_name'],
])('%s is a 400 that names %s', async (path, field) => {
  const answer = await home.api(path)
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_query_params' } } })
  expect(answer.body.error.message).toContain(field)
})
