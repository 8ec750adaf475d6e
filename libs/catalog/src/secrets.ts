import { AppError } from '@syncline/errors'
import { type Connection, Credentials, type Variable } from './entities.ts'
import type { Keyring } from './keyring.ts'

// A sealed text opens only at the place it was sealed for, so nobody can move one to another connection. The places are
// written here and nowhere else: one that differs does not open anything.

type ConnectionPlace = Pick<Connection, 'environment' | 'integration' | 'id'>
type VariablePlace = Pick<Variable, 'environment' | 'name'>

const connectionPlace = (at: ConnectionPlace) => `connection:${at.environment}/${at.integration}/${at.id}`
const variablePlace = (at: VariablePlace) => `variable:${at.environment}/${at.name}`

export function sealCredentials(keyring: Keyring, credentials: Credentials, at: ConnectionPlace): string {
  return keyring.seal(JSON.stringify(credentials), connectionPlace(at))
}

/** What does not parse is named, never shown. */
export function openCredentials(keyring: Keyring, connection: Connection): Credentials {
  const text = keyring.open(connection.sealedCredentials, connectionPlace(connection))
  try {
    return Credentials.parse(JSON.parse(text))
  } catch (cause) {
    throw new AppError(
      'server_error',
      `the credentials of connection '${connection.id}' are of no known form`,
      { cause },
    )
  }
}

export function sealVariable(keyring: Keyring, value: string, at: VariablePlace): string {
  return keyring.seal(value, variablePlace(at))
}

export function openVariable(keyring: Keyring, variable: Variable): string {
  return keyring.open(variable.sealedValue, variablePlace(variable))
}
