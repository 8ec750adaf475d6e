import {
  type ApiSettings,
  type AppCredentials,
  type Catalog,
  type Connection,
  type Credentials,
  type Integration,
  type Keyring,
  openApp,
  openCredentials,
} from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { settingsOf } from '@syncline/providers'

/** What a request to a connection's API needs, as it is now: a token may be renewed while a run goes on. */
export interface Access {
  integration: Integration
  /** Of the integration and its provider. */
  settings: ApiSettings
  connection: Connection
  credentials: Credentials
  app: AppCredentials
}

export interface ConnectionPlace {
  environment: string
  integration: string
  connection: string
  /** If given, a connection that was deleted and made anew is refused. */
  uid?: string
  /** In place of those of the integration, to try them. */
  settings?: ApiSettings
}

/** What is missing, or does not open, is an AppError that names it. */
export async function accessTo(
  { catalog, keyring }: { catalog: Catalog; keyring: Keyring },
  at: ConnectionPlace,
): Promise<Access> {
  const integration = await catalog.integrations.get(at.environment, at.integration)
  const connection = await catalog.connections.get(at.environment, at.integration, at.connection)
  if (at.uid !== undefined && connection.uid !== at.uid) {
    throw new AppError('unknown_connection', `connection '${at.connection}' was deleted and made anew`)
  }
  return {
    integration,
    settings: at.settings ?? settingsOf(catalog, integration),
    connection,
    credentials: openCredentials(keyring, connection),
    app: openApp(keyring, integration),
  }
}
