import { type Catalog, hashApiKey } from '@syncline/catalog'
import { AppError } from '@syncline/errors'

/** The environment that a key opens. The key is looked up by its hash, so the time it takes tells nothing about it. */
export async function authenticate(catalog: Catalog, authorization: string | undefined): Promise<string> {
  if (authorization === undefined) {
    throw new AppError('missing_auth_header', 'send your key as Authorization: Bearer <secret key>')
  }
  const [, key] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  if (key === undefined) {
    throw new AppError('malformed_auth_header', 'the Authorization header must be: Bearer <secret key>')
  }
  const found = await catalog.apiKeys.find(hashApiKey(key))
  if (found === undefined) throw new AppError('unknown_api_key', 'there is no such key, or it was revoked')
  return found.environment
}
