import { createHmac, randomUUID } from 'node:crypto'
import type { Credentials, TokenRequest } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Request } from '../http/request.ts'
import { fillTemplate, fillTemplates, fillUrl } from '../template.ts'
import { type Access, type TokenScheme, templateValues } from './access.ts'
import { mismatch } from './authorize.ts'
import { signJwt } from './sign-jwt.ts'

/** Why a token is asked for. */
export type Reason = 'first' | 'expired' | 'rejected'

export interface TokenCall {
  url: URL
  request: Request
}

type Scheme<Type extends TokenScheme['type']> = Extract<TokenScheme, { type: Type }>
type Params = Record<string, unknown>
type Client = { id: string | undefined; secret: string | undefined }

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** The request of a scheme that asks an OAuth server, or something like it. */
export async function tokenCall(
  auth: Exclude<TokenScheme, Scheme<'callback'>> & { token: TokenRequest },
  access: Access,
  now: number,
): Promise<TokenCall> {
  const { token } = auth
  const values = templateValues(access)
  if (auth.type === 'jwt') values.jwt = (await signJwt(auth.jwt, values, now)).text
  const refreshes = auth.type === 'oauth2'
  const own = (refreshes ? token.refresh_params : undefined) ?? token.params
  const params = { ...grantOf(auth, access, values.jwt), ...fillTemplates(own, values) }
  const headers: Record<string, string> = { accept: 'application/json' }
  for (const [name, value] of Object.entries(token.headers))
    headers[name.toLowerCase()] = fillTemplate(value, values)

  if (auth.type === 'two_step') {
    if (token.client_auth === 'header') headers.authorization ??= plainBasic(access.credentials)
  } else {
    addClient(clientOf(auth.type, access), token, params, headers)
  }
  const url = new URL(fillUrl((refreshes ? token.refresh_url : undefined) ?? token.url, values))
  return { url, request: requestOf(token, url, params, headers) }
}

/** What the grant needs (RFC 6749, RFC 7523). */
function grantOf(auth: TokenScheme, { credentials, token }: Access, jwt: string | undefined): Params {
  switch (auth.type) {
    case 'oauth2': {
      if (credentials.type !== 'OAUTH2') throw mismatch(auth.type, credentials)
      return { grant_type: 'refresh_token', refresh_token: token?.refreshToken }
    }
    case 'client_credentials': {
      if (credentials.type !== 'OAUTH2_CC') throw mismatch(auth.type, credentials)
      return { grant_type: 'client_credentials' }
    }
    case 'password': {
      if (credentials.type !== 'BASIC') throw mismatch(auth.type, credentials)
      return { grant_type: 'password', username: credentials.username, password: credentials.password }
    }
    case 'jwt': {
      // Where templates place the JWT, it is not sent as the assertion of a grant.
      const { headers, params } = auth.token ?? {}
      if (JSON.stringify([headers, params]).includes('${jwt}')) return {}
      return { grant_type: JWT_BEARER, assertion: jwt }
    }
    default:
      return {}
  }
}

function clientOf(type: TokenScheme['type'], { credentials, app }: Access): Client {
  if (credentials.type === 'OAUTH2_CC')
    return { id: credentials.client_id, secret: credentials.client_secret }
  const override = credentials.type === 'OAUTH2' ? credentials.config_override : undefined
  const id = override?.client_id ?? app.client_id
  if (type === 'oauth2' && id === undefined) {
    throw new AppError(
      'invalid_body',
      "the integration has no client_id, which a refresh needs: set its app credentials, or the connection's config_override",
    )
  }
  return { id, secret: override?.client_secret ?? app.client_secret }
}

function addClient(
  { id, secret }: Client,
  { client_auth: where }: TokenRequest,
  params: Params,
  headers: Record<string, string>,
): void {
  if (id === undefined || where === 'none') return
  if (where === 'header') {
    headers.authorization ??= basic(formEncoded(id), formEncoded(secret ?? ''))
    return
  }
  params.client_id ??= id
  if (secret !== undefined) params.client_secret ??= secret
}

/** User and password as they are: this is not an OAuth client. */
function plainBasic(credentials: Credentials): string {
  if (credentials.type === 'BASIC') return basic(credentials.username, credentials.password)
  if (credentials.type === 'OAUTH2_CC') return basic(credentials.client_id, credentials.client_secret)
  if (credentials.type === 'API_KEY') return basic(credentials.apiKey, '')
  throw mismatch('two_step', credentials)
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** As RFC 6749, section 2.3.1, wants id and secret before they become HTTP basic. */
const formEncoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)

function requestOf(
  { method, body }: TokenRequest,
  url: URL,
  params: Params,
  headers: Record<string, string>,
): Request {
  const base = { method, headers, keepRedirects: true, text: true }
  if (body === 'json' && method !== 'GET') {
    headers['content-type'] ??= 'application/json'
    return { ...base, body: { text: JSON.stringify(params) } }
  }
  const pairs = pairsOf(params)
  if (body === 'form' && method !== 'GET') {
    headers['content-type'] ??= 'application/x-www-form-urlencoded'
    return { ...base, body: { text: new URLSearchParams(pairs).toString() } }
  }
  if (body !== 'none') for (const [name, value] of pairs) url.searchParams.set(name, value)
  return base
}

function pairsOf(params: Params): [string, string][] {
  return Object.entries(params).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || value === null) return []
    return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]]
  })
}

/**
 * Asks the user's own app, signed as Standard Webhooks has it: the app computes the signature over
 * `<webhook-id>.<webhook-timestamp>.<body>` with the shared secret, compares it with one of those in `webhook-signature`, and refuses
 * a timestamp that is more than five minutes away.
 */
export function callbackCall(
  auth: Scheme<'callback'>,
  access: Access,
  reason: Reason,
  now: number,
): TokenCall {
  const { app, connection } = access
  if (app.callback_secret === undefined) {
    throw new AppError(
      'invalid_body',
      `integration '${access.integration.key}' has no callback_secret among its app credentials: the request to ${new URL(auth.url).origin} cannot be signed`,
    )
  }
  const body = JSON.stringify({
    environment: connection.environment,
    provider_config_key: connection.integration,
    connection_id: connection.id,
    reason,
  })
  const id = `msg_${randomUUID()}`
  const timestamp = String(Math.floor(now / 1000))
  const key = Buffer.from(app.callback_secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
  return {
    url: new URL(auth.url),
    request: { method: 'POST', headers, body: { text: body }, keepRedirects: true, text: true },
  }
}
