import type { Connection as ConnectionAnswer, ConnectionSummary } from '@syncline/api'
import type { Connection, Credentials } from '@syncline/catalog'

export function connectionSummary(connection: Connection, provider: string): ConnectionSummary {
  return { ...known(connection, provider), created: connection.createdAt }
}

export function connectionAnswer(
  connection: Connection,
  provider: string,
  credentials: Credentials,
): ConnectionAnswer {
  return {
    ...known(connection, provider),
    connection_config: connection.connectionConfig,
    created_at: connection.createdAt,
    updated_at: connection.updatedAt,
    credentials,
  }
}

function known({ uid, id, integration, tags, metadata }: Connection, provider: string) {
  return {
    id: uid,
    connection_id: id,
    provider_config_key: integration,
    provider,
    errors: [],
    tags,
    metadata,
  }
}
