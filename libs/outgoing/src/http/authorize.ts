import type { AuthScheme, Credentials, Placement } from '@syncline/catalog'
import { AppError } from '@syncline/errors'

interface Authorization {
  headers: Record<string, string>
  query: Record<string, string>
}

/** Where the integration wants a connection's credentials. */
export function authorize(scheme: AuthScheme, credentials: Credentials): Authorization {
  if (scheme.type === 'none' || credentials.type === 'NONE') return { headers: {}, query: {} }
  if (scheme.type === 'basic') {
    return { headers: { authorization: `Basic ${basic(credentials)}` }, query: {} }
  }
  const token = tokenOf(scheme, credentials)
  if (scheme.type === 'bearer')
    return placed({ in: 'header', name: 'authorization', prefix: 'Bearer ' }, token)
  if (scheme.type === 'query') return placed({ in: 'query', name: scheme.name }, token)
  if (scheme.type === 'header')
    return placed({ in: 'header', name: scheme.name, prefix: scheme.prefix }, token)
  return placed(scheme.placement, token)
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

function tokenOf(scheme: AuthScheme, credentials: Credentials): string {
  if (credentials.type === 'OAUTH2') return credentials.access_token
  if (credentials.type === 'API_KEY') return credentials.apiKey
  throw mismatch(scheme.type, credentials)
}

function mismatch(scheme: string, credentials: Credentials): AppError {
  return new AppError(
    'invalid_body',
    `the integration authorizes by '${scheme}', for which the connection's credentials of type ${credentials.type} don't fit`,
  )
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
