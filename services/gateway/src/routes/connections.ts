import { randomUUID } from 'node:crypto'
import { createConnection, deleteConnection, getConnection, listConnections } from '@syncline/api'
import {
  type AuthScheme,
  type Connection,
  type Credentials,
  openCredentials,
  sealCredentials,
} from '@syncline/catalog'
import type { App } from '../app.ts'
import { connectionAnswer, connectionSummary } from '../connection-answer.ts'
import type { Dependencies } from '../dependencies.ts'
import { InvalidRequest } from '../invalid-request.ts'

/** Credentials that an integration can put into a request. NONE always fits: an API may have a public part. */
const fitting: Record<AuthScheme['type'], Credentials['type'][]> = {
  none: ['NONE'],
  bearer: ['NONE', 'API_KEY', 'OAUTH2'],
  header: ['NONE', 'API_KEY', 'OAUTH2'],
  query: ['NONE', 'API_KEY', 'OAUTH2'],
  basic: ['NONE', 'BASIC'],
}

export function connectionRoutes(app: App, { catalog, keyring }: Dependencies) {
  app.route({
    ...createConnection,
    handler: async ({ environment, body }, reply) => {
      const { provider, auth } = await catalog.integrations.get(environment, body.provider_config_key)
      const { credentials } = body
      if (!fitting[auth.type].includes(credentials.type)) {
        const message = `${credentials.type} does not fit the auth '${auth.type}' of the integration, which takes ${fitting[auth.type].join(', ')}`
        throw InvalidRequest.body(['credentials', 'type'], message)
      }
      const place = {
        environment,
        integration: body.provider_config_key,
        id: body.connection_id ?? randomUUID(),
      }
      const now = new Date().toISOString()
      const change = (present: Connection | undefined): Connection => ({
        ...place,
        uid: present?.uid ?? randomUUID(),
        sealedCredentials: sealCredentials(keyring, credentials, place),
        metadata: body.metadata ?? present?.metadata ?? null,
        connectionConfig: body.connection_config ?? present?.connectionConfig ?? {},
        tags: body.tags ?? present?.tags ?? {},
        createdAt: present?.createdAt ?? now,
        updatedAt: now,
      })
      const connection = await catalog.connections.upsert(change, environment, place.integration, place.id)
      return reply.code(201).send(connectionAnswer(connection, provider, credentials))
    },
  })

  app.route({
    ...listConnections,
    handler: async ({ environment, query }) => {
      const providers = new Map(catalog.integrations.list(environment).map((it) => [it.key, it.provider]))
      const integrations = query.integrationId?.split(',')
      const tags = Object.entries(query.tags ?? {})
      const found = catalog.connections
        .list(environment)
        .filter(
          (connection) =>
            (query.connectionId === undefined || connection.id === query.connectionId) &&
            (query.search === undefined || connection.id.includes(query.search)) &&
            (integrations === undefined || integrations.includes(connection.integration)) &&
            tags.every(([name, value]) => connection.tags[name] === value),
        )
        .sort(newestFirst)
      const from = query.page * query.limit
      return {
        connections: found
          .slice(from, from + query.limit)
          .map((connection) => connectionSummary(connection, providers.get(connection.integration) ?? '')),
      }
    },
  })

  app.route({
    ...getConnection,
    handler: async ({ environment, params, query }) => {
      const { provider } = await catalog.integrations.get(environment, query.provider_config_key)
      const connection = await catalog.connections.get(
        environment,
        query.provider_config_key,
        params.connectionId,
      )
      const credentials = openCredentials(keyring, connection)
      if (credentials.type === 'OAUTH2' && !query.refresh_token) delete credentials.refresh_token
      return connectionAnswer(connection, provider, credentials)
    },
  })

  app.route({
    ...deleteConnection,
    handler: async ({ environment, params, query }) => {
      await catalog.integrations.get(environment, query.provider_config_key)
      await catalog.connections.delete(environment, query.provider_config_key, params.connectionId)
      return { success: true as const }
    },
  })
}

function newestFirst(a: Connection, b: Connection): number {
  return b.createdAt.localeCompare(a.createdAt) || b.uid.localeCompare(a.uid)
}
