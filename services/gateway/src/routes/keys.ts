import type { Key } from '@syncline/api'
import { type ApiKey, type Catalog, createApiKey, isOver, rotated } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { z } from 'zod'
import type { Access } from '../http/caller.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { page } from '../http/next-link.ts'
import { keysOf } from './environments.ts'

const KEYS_MAX = 1000
const SECRETS_MAX = 5

/** The place of a key in the list, which stays when the key is deleted. */
const Place = z.tuple([z.iso.datetime(), z.string()])
const keysCursor = {
  encode: ({ createdAt, id }: Place) => Buffer.from(JSON.stringify([createdAt, id])).toString('base64url'),
  decode(cursor: string): Place {
    try {
      const [createdAt, id] = Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
      return { createdAt, id }
    } catch (cause) {
      throw new AppError('invalid_cursor', `cursor '${cursor}' is not from a list of keys`, { cause })
    }
  },
}

export const createKey: Handler<'createKey'> = async ({ catalog, events }, { id, params, body }) => {
  const { environment } = params
  await catalog.environments.get(environment)
  if (keysOf(catalog, environment).length >= KEYS_MAX) {
    throw new AppError(
      'resource_capped',
      `environment '${environment}' has ${KEYS_MAX} keys: delete some first`,
    )
  }
  const { label, expires_at, connection } = body
  if (connection)
    await catalog.connections.get(environment, connection.provider_config_key, connection.connection_id)
  const { key, secret } = await createApiKey(catalog, {
    environment,
    label,
    ...(connection && {
      connection: { integration: connection.provider_config_key, id: connection.connection_id },
    }),
    ...((connection || body.scopes) && { scopes: body.scopes ?? ['read'] }),
    ...(expires_at !== undefined && { expiresAt: inFuture(expires_at) }),
  })
  events.keyCreated(changed(id, key))
  return { ...keyAnswer(key), secret }
}

export const listKeys: Handler<'listKeys'> = async ({ catalog, keyUse }, { params, query }) => {
  const { environment } = params
  await catalog.environments.get(environment)
  const behind = query.cursor === undefined ? undefined : keysCursor.decode(query.cursor)
  const uses = await keyUse.of(environment)
  const found = keysOf(catalog, environment)
    .filter((key) => behind === undefined || oldestFirst(behind, key) < 0)
    .sort(oldestFirst)
  const keys = found.slice(0, query.limit)
  const last = found.length > keys.length ? keys.at(-1) : undefined
  return page(`/environments/${environment}/keys`, query, {
    keys: keys.map((key) => keyAnswer(key, uses.get(key.id))),
    next_cursor: last ? keysCursor.encode(last) : null,
  })
}

export const getKey: Handler<'getKey'> = async ({ catalog, keyUse }, { params }) => {
  const key = await findKey(catalog, params)
  return keyAnswer(key, (await keyUse.of(key.environment)).get(key.id))
}

export const updateKey: Handler<'updateKey'> = async ({ catalog, keyUse, events }, { id, params, body }) => {
  const { connection } = await findKey(catalog, params)
  if (connection && body.scopes && body.scopes.join() !== 'read') {
    throw InvalidRequest.body(['scopes'], "a key of one connection has the scope 'read' only")
  }
  const { label, scopes, expires_at } = body
  const expiresAt = expires_at && inFuture(expires_at)
  const change = ({ expiresAt: before, ...present }: ApiKey): ApiKey => {
    const expiry = expires_at === undefined ? before : expiresAt
    return {
      ...present,
      ...(label && { label }),
      ...(scopes && { scopes }),
      ...(expiry && { expiresAt: expiry }),
    }
  }
  const key = await catalog.apiKeys.update(change, params.keyId)
  events.keyUpdated(changed(id, key))
  return keyAnswer(key, (await keyUse.of(key.environment)).get(key.id))
}

export const deleteKey: Handler<'deleteKey'> = async ({ catalog, keyUse, events }, { id, params }) => {
  const key = await findKey(catalog, params)
  await catalog.apiKeys.delete(key.id)
  events.keyDeleted(changed(id, key))
  await keyUse.forget(key.environment, key.id)
  return { success: true }
}

export const rotateKey: Handler<'rotateKey'> = async ({ catalog, keyUse, events }, { id, params, body }) => {
  await findKey(catalog, params)
  let secret = ''
  const overlapMs = body.overlap_seconds * 1000
  const key = await catalog.apiKeys.update((present) => {
    const made = rotated(present, { now: Date.now(), overlapMs })
    if (made.key.secrets.length > SECRETS_MAX) {
      const message = `key '${present.id}' has ${SECRETS_MAX} secrets that work: rotate it with overlap_seconds 0, or wait for one to end`
      throw new AppError('resource_capped', message)
    }
    secret = made.secret
    return made.key
  }, params.keyId)
  events.keyRotated(changed(id, key))
  return { ...keyAnswer(key, (await keyUse.of(key.environment)).get(key.id)), secret }
}

export const getMe: Handler<'getMe'> = async (_, { caller }) => {
  if (caller?.kind !== 'key') throw new Error('a route of environments was called without a key')
  return whatItIs(caller.key)
}

async function findKey(
  catalog: Catalog,
  { environment, keyId }: { environment: string; keyId: string },
): Promise<ApiKey> {
  await catalog.environments.get(environment)
  const key = await catalog.apiKeys.find(keyId)
  if (key?.environment !== environment)
    throw new AppError('not_found', `environment '${environment}' has no key '${keyId}'`)
  return key
}

function inFuture(instant: string): string {
  const at = new Date(instant).toISOString()
  if (isOver(at, Date.now()))
    throw InvalidRequest.body(['expires_at'], `expires_at is ${at}: it must be in the future`)
  return at
}

function whatItIs({ id, environment, label, scopes, connection, expiresAt }: Access) {
  return {
    id,
    environment,
    label,
    scopes,
    connection: connection
      ? { provider_config_key: connection.integration, connection_id: connection.id }
      : null,
    expires_at: expiresAt ?? null,
  }
}

function keyAnswer(key: ApiKey, lastUsedAt?: number): Key {
  return {
    ...whatItIs(key),
    created_at: key.createdAt,
    last_used_at: lastUsedAt === undefined ? null : new Date(lastUsedAt).toISOString(),
    secrets: key.secrets
      .filter(({ expiresAt }) => !isOver(expiresAt, Date.now()))
      .map(({ hint, createdAt, expiresAt }) => ({
        hint,
        created_at: createdAt,
        expires_at: expiresAt ?? null,
      })),
  }
}

function changed(request: string, { id, environment, label, scopes }: ApiKey) {
  return { request, environment, key: id, label, scopes }
}

/** Keys may be made in the same millisecond. */
function oldestFirst(a: Place, b: Place): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

type Place = Pick<ApiKey, 'createdAt' | 'id'>
