import { hashApiKey } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Dependencies } from '../dependencies.ts'

/** The environment that a key opens. The key is looked up by its hash, so the time it takes tells nothing about it. */
export async function authenticate(
  dependencies: Pick<Dependencies, 'catalog' | 'keyLookups'>,
  authorization: string | undefined,
): Promise<string> {
  if (authorization === undefined) {
    throw new AppError('missing_auth_header', 'send your key as Authorization: Bearer <secret key>')
  }
  const [, key] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  if (key === undefined) {
    throw new AppError('malformed_auth_header', 'the Authorization header must be: Bearer <secret key>')
  }
  const environment = await environmentOf(dependencies, hashApiKey(key))
  if (environment === undefined)
    throw new AppError('unknown_api_key', 'there is no such key, or it was revoked')
  return environment
}

/**
 * The copy of the catalog lacks only keys that were made milliseconds ago, so NATS is asked about a key that it lacks.
 * Anybody can send such keys: above the limit the copy alone decides.
 */
async function environmentOf(
  { catalog, keyLookups }: Pick<Dependencies, 'catalog' | 'keyLookups'>,
  hash: string,
): Promise<string | undefined> {
  const known = catalog.apiKeys.peek(hash)
  if (known || !keyLookups.take()) return known?.environment
  return (await catalog.apiKeys.find(hash))?.environment
}
