import { hash, timingSafeEqual } from 'node:crypto'
import { type ApiKey, keyIdOf, opens } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Dependencies } from '../dependencies.ts'
import { sessionOfRequest } from '../sessions/from-request.ts'
import type { HttpFacts } from '../sessions/same-origin.ts'
import { bearerOf, type Caller } from './caller.ts'

type Needs = Pick<Dependencies, 'catalog' | 'keyLookups' | 'adminKey'>

/** By the key in `Authorization`; without that header, by the session of a browser. */
export async function authenticate(
  dependencies: Needs & Pick<Dependencies, 'sessions'>,
  request: HttpFacts,
): Promise<Caller> {
  const { authorization } = request.raw.headers
  if (authorization === undefined) {
    const session = sessionOfRequest(request)
    if (session) return dependencies.sessions.callerOf(session.id, session.environment)
  }
  return authenticateSecret(dependencies, bearerOf(authorization))
}

/** Keys are looked up by their ids and compared by their hashes, so the time it takes tells nothing about a secret. */
export async function authenticateSecret(
  dependencies: Needs,
  secret: string,
): Promise<{ kind: 'admin' } | { kind: 'key'; key: ApiKey }> {
  const { adminKey } = dependencies
  if (adminKey !== undefined && isSame(secret, adminKey)) return { kind: 'admin' }
  const key = await keyOf(dependencies, secret)
  if (key === undefined)
    throw new AppError('unknown_api_key', 'there is no such key, or it has expired, or it was deleted')
  return { kind: 'key', key }
}

/**
 * The copy of the catalog lacks only keys and secrets that were made milliseconds ago, so NATS is asked about what it lacks.
 * Anybody can send such secrets: above the limit the copy alone decides.
 */
async function keyOf({ catalog, keyLookups }: Needs, secret: string): Promise<ApiKey | undefined> {
  const id = keyIdOf(secret)
  const known = catalog.apiKeys.peek(id)
  if (known && opens(known, secret, Date.now())) return known
  if (!keyLookups.take()) return undefined
  const fresh = await catalog.apiKeys.fresh(id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'unknown_api_key') return undefined
    throw error
  })
  return fresh && opens(fresh, secret, Date.now()) ? fresh : undefined
}

/** Of any two texts in the same time. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => Buffer.from(hash('sha256', text, 'hex'))
  return timingSafeEqual(digest(a), digest(b))
}
