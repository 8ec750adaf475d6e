import type { Route } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { Caller } from './caller.ts'

type Parts = { headers: Record<string, unknown>; query: unknown }
type RouteFacts = Pick<Route, 'method' | 'url' | 'scope'>

/**
 * What a key of one connection may call, and where such a request names its connection. A route that is not here it may not call,
 * whatever its scope.
 */
export const ofOneConnection: Record<string, 'headers' | 'query'> = {
  'GET /records': 'headers',
  'GET /records/:id/history': 'headers',
  'GET /runs': 'query',
  'GET /schedules': 'query',
  'GET /sync/status': 'query',
  'GET /why': 'query',
}

/** Fails with `forbidden` if the caller may not send this request. Reads nothing but its arguments. */
export function authorize(caller: Caller, route: RouteFacts, parts: Parts): void {
  if (route.scope === 'none') return
  if (caller.kind === 'admin') {
    if (route.scope === 'admin') return
    throw forbidden(
      `the admin key is for environments and keys: this route needs a key with scope '${route.scope}'`,
    )
  }
  if (route.scope === 'admin')
    throw forbidden('this route needs the admin key: SYNCLINE_ADMIN_KEY of the gateway')
  // What a key is, its holder may always know.
  if (route.url === '/me') return
  const { scopes, connection } = caller.key
  if (!scopes.includes(route.scope)) {
    throw forbidden(`this route needs a key with scope '${route.scope}': this one has ${scopes.join(', ')}`)
  }
  if (connection === undefined) return
  const place = ofOneConnection[`${route.method} ${route.url}`]
  if (place !== undefined && isAbout(connection, place, parts)) return
  throw forbidden(
    'this key reads the records, schedules and runs of one connection, and the request has to name it',
  )
}

/** Of the request as it was sent: what names another connection, or more than one, is about another one. */
function isAbout(
  { integration, id }: { integration: string; id: string },
  place: 'headers' | 'query',
  { headers, query }: Parts,
): boolean {
  if (place === 'headers')
    return headers['provider-config-key'] === integration && headers['connection-id'] === id
  // Fastify parses the query into an object.
  const { provider_config_key, connection_id } = query as Record<string, unknown>
  return provider_config_key === integration && connection_id === id
}

export function forbidden(message: string): AppError {
  return new AppError('forbidden', message)
}
