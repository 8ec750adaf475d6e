import type { Connection, Credentials } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { hasTokens } from '@syncline/outgoing'
import { settingsOf } from '@syncline/providers'
import type { Dependencies } from '../dependencies.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { verifyConnection } from '../verify-connection.ts'

const TIMEOUT_MS = 15_000

/** Asks the API of a connection that is not stored yet whether its credentials work. Fails if they do not. */
export async function checkCredentials(
  dependencies: Pick<Dependencies, 'catalog' | 'keyring' | 'outgoing'>,
  connection: Connection,
  credentials: Credentials,
): Promise<void> {
  const { environment, integration: key, id } = connection
  const { catalog } = dependencies
  const settings = settingsOf(catalog, await catalog.integrations.get(environment, key))
  const { verify, auth } = settings
  if (!verify) {
    throw notPossible(
      `integration '${key}' has no verify request: give it one, or store the connection without verify`,
    )
  }
  if (hasTokens(auth)) {
    throw notPossible(
      `a connection with auth '${auth.type}' gets its token when it is used: store it without verify, and ask POST /providers/verify then`,
    )
  }
  const at = { environment, integration: key, connection: id, tried: { connection, credentials } }
  const found = await verifyConnection(dependencies, { ...at, settings: { ...settings, verify } }, TIMEOUT_MS)
  if (found.ok) return
  throw new AppError(
    'connection_test_failed',
    `${found.request} with these credentials: ${found.reason}. Nothing was stored: give credentials that work, or send the request without verify`,
  )
}

function notPossible(message: string): InvalidRequest {
  return new InvalidRequest('invalid_query_params', message, [{ code: 'custom', message, path: ['verify'] }])
}
