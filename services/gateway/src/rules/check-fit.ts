import type { AuthScheme, Credentials } from '@syncline/catalog'
import { InvalidRequest } from '../http/invalid-request.ts'

type Type = Credentials['type']

/** Where templates may use whatever the credentials have, or nothing uses them but the customer, who reads them back. */
const ANY: Type[] = ['NONE', 'API_KEY', 'BASIC', 'OAUTH1', 'OAUTH2', 'OAUTH2_CC', 'TBA', 'APP', 'CUSTOM']

/** Credentials that an integration can put into a request, or get a token with. NONE always fits: an API may have a public part. */
const fitting: Record<AuthScheme['type'], Type[]> = {
  none: ANY,
  bearer: ['NONE', 'API_KEY', 'OAUTH2'],
  header: ['NONE', 'API_KEY', 'OAUTH2'],
  query: ['NONE', 'API_KEY', 'OAUTH2'],
  basic: ['NONE', 'BASIC', 'API_KEY'],
  oauth2: ['OAUTH2'],
  client_credentials: ['OAUTH2_CC'],
  password: ['BASIC'],
  jwt: ANY,
  two_step: ANY,
  callback: ['CALLBACK'],
}

/** Refuses credentials that the auth of the integration could never use. */
export function checkFit(credentials: Credentials, auth: AuthScheme): void {
  const types = fitting[auth.type]
  if (types.includes(credentials.type)) return
  const message = `${credentials.type} does not fit the auth '${auth.type}' of the integration, which takes ${types.join(', ')}`
  throw InvalidRequest.body(['credentials', 'type'], message)
}
