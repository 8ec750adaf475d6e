import { createRoutes, type Route } from '@syncline/api'
import { type ApiKey, keyScopes, newApiKey } from '@syncline/catalog'
import { expect, test } from 'vitest'
import { authorize, ofOneConnection } from './authorize.ts'
import type { Caller } from './caller.ts'

const routes = Object.values(createRoutes({ records: 500 })) as Route[]
const nothing = { headers: {}, query: {} }
const caller = (fields: Partial<ApiKey> = {}): Caller => ({
  kind: 'key',
  key: { ...newApiKey({ environment: 'dev', label: 'test' }).key, ...fields },
})
const connection = { integration: 'github', id: 'user-1' }
const ofOne = caller({ scopes: ['read'], connection })
const mine = {
  headers: { 'provider-config-key': 'github', 'connection-id': 'user-1' },
  query: { provider_config_key: 'github', connection_id: 'user-1' },
}

function allowed(
  who: Caller,
  route: Pick<Route, 'method' | 'url' | 'scope'>,
  parts = nothing as typeof mine,
) {
  try {
    authorize(who, route, parts)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'forbidden' })
    return false
  }
}

test.each(keyScopes)("a key with scope '%s' may call its routes, GET /me and no others", (scope) => {
  for (const route of routes) {
    const expected = route.scope === scope || route.scope === 'none' || route.url === '/me'
    expect({ route: route.url, allowed: allowed(caller({ scopes: [scope] }), route) }).toEqual({
      route: route.url,
      allowed: expected,
    })
  }
})

test('the admin key opens environments and keys only, and no other key opens them', () => {
  for (const route of routes.filter(({ scope }) => scope !== 'none')) {
    expect(allowed({ kind: 'admin' }, route)).toBe(route.scope === 'admin')
    expect(allowed(caller(), route)).toBe(route.scope !== 'admin')
  }
})

test('the refusal names the scope that is needed', () => {
  const route = { method: 'POST', url: '/sync/trigger', scope: 'operate' } as const
  expect(() => authorize(caller({ scopes: ['read'] }), route, nothing)).toThrow(
    "this route needs a key with scope 'operate': this one has read",
  )
})

test('a key of one connection may call what is about it, and nothing else', () => {
  for (const route of routes.filter(({ scope }) => scope !== 'none')) {
    const expected = `${route.method} ${route.url}` in ofOneConnection || route.url === '/me'
    expect({ route: route.url, allowed: allowed(ofOne, route, mine) }).toEqual({
      route: route.url,
      allowed: expected,
    })
  }
})

test.each([
  ['no connection', {}],
  ['another connection', { provider_config_key: 'github', connection_id: 'user-2' }],
  ['the same id at another integration', { provider_config_key: 'gitlab', connection_id: 'user-1' }],
  ['an integration alone', { provider_config_key: 'github' }],
  ['two connections', { provider_config_key: 'github', connection_id: ['user-1', 'user-2'] }],
  ['it in an object', { provider_config_key: 'github', connection_id: { 0: 'user-1' } }],
  ['it in other letters', { provider_config_key: 'github', connection_id: 'USER-1' }],
])('a key of one connection may not name %s', (_, query: Record<string, unknown>) => {
  const route = { method: 'GET', url: '/sync/status', scope: 'read' } as const
  expect(() => authorize(ofOne, route, { headers: mine.headers, query })).toThrow('has to name it')
  const headers = {
    'provider-config-key': query.provider_config_key,
    'connection-id': query.connection_id,
  }
  const records = { method: 'GET', url: '/records', scope: 'read' } as const
  expect(() => authorize(ofOne, records, { headers, query: mine.query })).toThrow('has to name it')
})

test('what a key of one connection may call exists, reads, and names the connection where it is looked for', () => {
  for (const [name, place] of Object.entries(ofOneConnection)) {
    const route = routes.find(({ method, url }) => `${method} ${url}` === name)
    expect(route, name).toMatchObject({ scope: 'read', method: 'GET' })
    const schema = route?.schema[place === 'headers' ? 'headers' : 'querystring']
    const names =
      place === 'headers'
        ? { 'connection-id': '', 'provider-config-key': '' }
        : { connection_id: '', provider_config_key: '' }
    const paths = schema?.safeParse(names).error?.issues.map(({ path }) => path[0])
    expect(paths, name).toEqual(expect.arrayContaining(Object.keys(names)))
  }
})
