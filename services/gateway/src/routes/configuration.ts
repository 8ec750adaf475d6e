import type { ConfiguredConnection, ConfiguredIntegration } from '@syncline/api'
import { type Connection, type EndUser, type Integration, openApp, openVariable } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { accessTo, presentCredentials } from '@syncline/outgoing'
import { ownSettings, toFields } from '@syncline/providers'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'
import { storedFile } from '../rules/stored-file.ts'

export const getConfiguration: Handler<'getConfiguration'> = async (
  { catalog, keyring },
  { environment, query },
) => {
  const { name, maxRuns = null, weight = 1, validate = 'warn' } = await catalog.environments.get(environment)
  return {
    environment: { name, max_runs: maxRuns, weight, validate },
    providers: catalog.providers
      .list(environment)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(storedFile),
    integrations: catalog.integrations
      .list(environment)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((integration) => ({
        ...integrationOf(integration),
        ...(query.secrets && integration.sealedApp && { credentials: appOf(keyring, integration) }),
      })),
    variables: catalog.variables
      .list(environment)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((it) => ({ name: it.name, value: query.secrets ? openVariable(keyring, it) : null })),
  }
}

export const listConfiguredConnections: Handler<'listConfiguredConnections'> = async (
  dependencies,
  { environment, query },
) => {
  const { limit, cursor, secrets } = query
  const after = cursor === undefined ? {} : { after: [environment, ...readCursor(cursor)] }
  const found = dependencies.catalog.connections.page([environment], { limit: limit + 1, ...after })
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const connections = await Promise.all(
    shown.map(async (connection) => ({
      ...connectionOf(connection),
      ...(secrets && { credentials: await credentialsOf(dependencies, connection) }),
    })),
  )
  const next_cursor = found.length > limit && last ? cursorOf(last) : null
  return page('/configuration/connections', query, { connections, next_cursor })
}

function integrationOf(integration: Integration): ConfiguredIntegration {
  const { key, provider, displayName, forwardWebhooks, integrationConfig, custom, maxRuns, weight } =
    integration
  return {
    ...{ unique_key: key, provider, display_name: displayName },
    ...(forwardWebhooks !== undefined && { forward_webhooks: forwardWebhooks }),
    ...(integrationConfig && { integration_config: integrationConfig }),
    ...(custom && { custom }),
    ...toFields(ownSettings(integration)),
    ...(maxRuns !== undefined && { concurrency: maxRuns }),
    ...(weight !== undefined && { weight }),
  }
}

const appTypes = ['OAUTH1', 'OAUTH2', 'TBA', 'APP', 'CUSTOM'] as const

function appOf(keyring: Dependencies['keyring'], integration: Integration) {
  const type = appTypes.find((it) => it === integration.appType)
  return { ...(type && { type }), ...openApp(keyring, integration) }
}

function connectionOf(connection: Connection): ConfiguredConnection {
  const { integration, id, metadata, connectionConfig, tags, endUser, webhookUrlOverride } = connection
  return {
    ...{ provider_config_key: integration, connection_id: id },
    ...(metadata && { metadata }),
    ...(Object.keys(connectionConfig).length > 0 && { connection_config: connectionConfig }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(endUser && { end_user: endUserFields(endUser) }),
    ...(webhookUrlOverride !== undefined && { webhook_url_override: webhookUrlOverride }),
  }
}

/** As they would be given now: with the token that was got last. */
async function credentialsOf(dependencies: Dependencies, { environment, integration, id }: Connection) {
  const { credentials, token } = await accessTo(dependencies, { environment, integration, connection: id })
  return presentCredentials({ credentials, token }, { refreshToken: true })
}

function endUserFields({ id, email, displayName, tags, organization }: EndUser) {
  return {
    id,
    ...(email !== undefined && { email }),
    ...(displayName !== undefined && { display_name: displayName }),
    ...(tags && { tags }),
    ...(organization && {
      organization: {
        id: organization.id,
        ...(organization.displayName !== undefined && { display_name: organization.displayName }),
      },
    }),
  }
}

const cursorOf = ({ integration, id }: Connection) =>
  Buffer.from(JSON.stringify([integration, id])).toString('base64url')

function readCursor(text: string): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(parts) && parts.length === 2 && parts.every((part) => typeof part === 'string'))
      return parts
  } catch {}
  throw new AppError('invalid_cursor', `'${text}' is no cursor of this list`)
}
