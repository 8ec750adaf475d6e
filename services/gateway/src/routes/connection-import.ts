import { randomUUID } from 'node:crypto'
import { createRoutes } from '@syncline/api'
import { Credentials } from '@syncline/catalog'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { createConnection } from './connections.ts'

type Fields = Record<string, unknown>

const { body: Body } = createRoutes({ records: 1 }).createConnection.schema

/** As old clients make a connection: what the credentials are follows from the fields that are there. */
export const importConnection: Handler<'importConnection'> = async (dependencies, request) => {
  const { body } = request
  const { provider_config_key, connection_id = randomUUID(), metadata, connection_config } = body
  const credentials = checked(Credentials.safeParse(withoutAbsent(credentialsOf(body))))
  const fields = { provider_config_key, connection_id, metadata, connection_config, credentials }
  const connection = checked(Body.safeParse(withoutAbsent(fields)))
  await createConnection(dependencies, { ...request, query: { verify: false }, body: connection })
  return { ...body, connection_id: connection.connection_id }
}

function credentialsOf(body: Fields): Fields {
  const take = (type: string, ...names: string[]) => ({
    type,
    ...Object.fromEntries(names.map((name) => [name, body[name]])),
  })
  if ('access_token' in body) return { ...take('OAUTH2', 'access_token', 'refresh_token'), ...expiry(body) }
  if ('oauth_token' in body) return take('OAUTH1', 'oauth_token', 'oauth_token_secret')
  if ('api_key' in body) return { type: 'API_KEY', apiKey: body.api_key }
  if ('apiKey' in body) return take('API_KEY', 'apiKey')
  if ('username' in body) return { type: 'BASIC', username: body.username, password: body.password ?? '' }
  if ('token_id' in body) return take('TBA', 'token_id', 'token_secret')
  if ('client_id' in body) return { ...take('OAUTH2_CC', 'client_id', 'client_secret', 'token') }
  if ('app_id' in body) return take('APP', 'app_id', 'installation_id')
  return { type: 'NONE' }
}

/** It must be said that a token has none, as it would never be renewed. */
function expiry({ expires_at, expires_in, no_expiration }: Fields): { expires_at?: string } {
  if (no_expiration === true) return {}
  const at =
    expires_in === undefined ? Date.parse(String(expires_at)) : Date.now() + Number(expires_in) * 1000
  if (expires_at === undefined && expires_in === undefined) {
    throw InvalidRequest.body(['expires_at'], 'give expires_at, expires_in, or no_expiration: true')
  }
  if (Math.abs(at) < 8.64e15) return { expires_at: new Date(at).toISOString() }
  const name = expires_in === undefined ? 'expires_at' : 'expires_in'
  throw InvalidRequest.body([name], `${name} is no time`)
}

const withoutAbsent = (fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))

function checked<T>(parsed: { success: true; data: T } | { success: false; error: { issues: Issue[] } }): T {
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ code = 'custom', message, path }) => ({
    code,
    message,
    path: path.map(String),
  }))
  const text = issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  throw new InvalidRequest('invalid_body', text, issues)
}

interface Issue {
  code?: string
  message: string
  path: PropertyKey[]
}
