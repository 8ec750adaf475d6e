import type { Credentials, Placement } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { type Access, hasTokens } from './access.ts'

interface Authorization {
  headers: Record<string, string>
  query: Record<string, string>
}

const AUTHORIZATION = { in: 'header', name: 'authorization', prefix: 'Bearer ' } as const

/** Where the integration wants a connection's credentials, or its token. */
export function authorize({
  settings: { auth },
  credentials,
  token,
}: Pick<Access, 'credentials' | 'token'> & { settings: Pick<Access['settings'], 'auth'> }): Authorization {
  if (hasTokens(auth)) {
    if (!token) throw new AppError('unavailable', 'the connection has no token yet')
    return placed(auth.placement, token.accessToken)
  }
  if (auth.type === 'none' || credentials.type === 'NONE') return { headers: {}, query: {} }
  if (auth.type === 'basic') return { headers: { authorization: `Basic ${basic(credentials)}` }, query: {} }
  const key = keyOf(auth.type, credentials)
  if (auth.type === 'bearer') return placed(AUTHORIZATION, key)
  if (auth.type === 'query') return placed({ in: 'query', name: auth.name }, key)
  return placed({ in: 'header', name: auth.name, prefix: auth.prefix }, key)
}

function placed(placement: Placement, token: string): Authorization {
  if (placement.in === 'query') return { headers: {}, query: { [placement.name]: token } }
  return { headers: { [placement.name.toLowerCase()]: placement.prefix + token }, query: {} }
}

/** APIs with one key and no password take it as the user's name. */
function basic(credentials: Credentials): string {
  if (credentials.type === 'BASIC') return base64(`${credentials.username}:${credentials.password}`)
  if (credentials.type === 'API_KEY') return base64(`${credentials.apiKey}:`)
  throw mismatch('basic', credentials)
}

function keyOf(scheme: string, credentials: Credentials): string {
  if (credentials.type === 'OAUTH2') return credentials.access_token
  if (credentials.type === 'API_KEY') return credentials.apiKey
  throw mismatch(scheme, credentials)
}

export function mismatch(scheme: string, credentials: Credentials): AppError {
  return new AppError(
    'invalid_body',
    `the integration authorizes by '${scheme}', for which the connection's credentials of type ${credentials.type} don't fit`,
  )
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
