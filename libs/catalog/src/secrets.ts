import { AppError } from '@syncline/errors'
import type { z } from 'zod'
import { AppCredentials, Credentials, Token } from './credentials.ts'
import type { Connection, Integration, Variable } from './entities.ts'
import type { Keyring } from './keyring.ts'

// A sealed text opens only at the place it was sealed for, so nobody can move one to another connection. The places are
// written here and nowhere else: one that differs does not open anything.

type ConnectionPlace = Pick<Connection, 'environment' | 'integration' | 'id'>
type IntegrationPlace = Pick<Integration, 'environment' | 'key'>
type VariablePlace = Pick<Variable, 'environment' | 'name'>

const connectionPlace = (at: ConnectionPlace) => `connection:${at.environment}/${at.integration}/${at.id}`
const tokenPlace = (at: ConnectionPlace) => `token:${at.environment}/${at.integration}/${at.id}`
const appPlace = (at: IntegrationPlace) => `app:${at.environment}/${at.key}`
const variablePlace = (at: VariablePlace) => `variable:${at.environment}/${at.name}`

export function sealCredentials(keyring: Keyring, credentials: Credentials, at: ConnectionPlace): string {
  return keyring.seal(JSON.stringify(credentials), connectionPlace(at))
}

export function openCredentials(keyring: Keyring, connection: Connection): Credentials {
  const text = keyring.open(connection.sealedCredentials, connectionPlace(connection))
  return parsed(Credentials, text, `the credentials of connection '${connection.id}'`)
}

export function sealToken(keyring: Keyring, token: Token, at: ConnectionPlace): string {
  return keyring.seal(JSON.stringify(token), tokenPlace(at))
}

export function openToken(keyring: Keyring, connection: Connection): Token | undefined {
  if (connection.sealedToken === undefined) return undefined
  const text = keyring.open(connection.sealedToken, tokenPlace(connection))
  return parsed(Token, text, `the token of connection '${connection.id}'`)
}

export function sealApp(keyring: Keyring, app: AppCredentials, at: IntegrationPlace): string {
  return keyring.seal(JSON.stringify(app), appPlace(at))
}

/** Empty if the integration has none. */
export function openApp(keyring: Keyring, integration: Integration): AppCredentials {
  if (integration.sealedApp === undefined) return {}
  const text = keyring.open(integration.sealedApp, appPlace(integration))
  return parsed(AppCredentials, text, `the app credentials of integration '${integration.key}'`)
}

export function sealVariable(keyring: Keyring, value: string, at: VariablePlace): string {
  return keyring.seal(value, variablePlace(at))
}

export function openVariable(keyring: Keyring, variable: Variable): string {
  return keyring.open(variable.sealedValue, variablePlace(variable))
}

/** What does not parse is named, never shown: the errors of JSON.parse quote the text, so they are no cause. */
function parsed<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new AppError('server_error', `${what} are no JSON`)
  }
  const { data, error } = schema.safeParse(value)
  if (error) throw new AppError('server_error', `${what} are of no known form`, { cause: error })
  return data as T // without an error there is data
}
