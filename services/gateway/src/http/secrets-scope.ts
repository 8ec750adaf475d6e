import type { Route } from '@syncline/api'
import type { FastifyRequest } from 'fastify'
import { Answer } from './answer.ts'
import { forbidden } from './authorize.ts'
import type { Caller } from './caller.ts'

// Routes of other scopes than `secrets` may show credentials too. A key without that scope gets them without credentials, and
// may not ask for them.

const flags = ['refresh_token', 'force_refresh', 'refresh_github_app_jwt_token', 'secrets']

export function checkSecretsAskedFor({ caller, query }: Pick<FastifyRequest, 'caller' | 'query'>): void {
  if (maySeeSecrets(caller)) return
  // A schema has checked the query, if the route has one.
  const given = (query ?? {}) as Record<string, unknown>
  const asked = flags.find((name) => given[name] === true)
  if (asked !== undefined) throw forbidden(`${asked} needs a key with scope 'secrets'`)
  if ([given.include].flat().includes('credentials'))
    throw forbidden("include=credentials needs a key with scope 'secrets'")
}

/** What a handler answers, as the caller may see it. */
export function withoutSecrets(route: Route, caller: Caller | undefined, handled: unknown): unknown {
  if (route.scope === 'admin' || route.scope === 'secrets' || maySeeSecrets(caller)) return handled
  if (handled instanceof Answer) return new Answer(handled.status, hidden(handled.body), handled.headers)
  return hidden(handled)
}

function hidden(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('credentials' in body) || !('connection_id' in body))
    return body
  const { token: _, ...rest } = body as Record<string, unknown> // it is an object
  return { ...rest, credentials: {} }
}

const maySeeSecrets = (caller: Caller | undefined): boolean =>
  caller?.kind === 'key' && caller.key.scopes.includes('secrets')
