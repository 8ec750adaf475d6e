import type { ApiSettings } from '@syncline/catalog'
import {
  InvalidProvider,
  type ProviderFile,
  parentsAmong,
  resolveProvider,
  settingsOf,
  settingsWith,
} from '@syncline/providers'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { verifyConnection } from '../verify-connection.ts'

const TIMEOUT_MS = 30_000

export const verifyProvider: Handler<'verifyProvider'> = async (dependencies, { environment, body }) => {
  const { catalog } = dependencies
  const integration = await catalog.integrations.get(environment, body.provider_config_key)
  const { id, uid } = await catalog.connections.get(environment, integration.key, body.connection_id)
  const settings = body.provider
    ? settingsWith(presetOf(dependencies, environment, body.provider), integration)
    : settingsOf(catalog, integration)
  const verify = settings?.verify
  if (!settings || !verify) {
    throw InvalidRequest.body(
      ['provider', 'verify'],
      'is missing: there is no request that tells whether a connection works',
    )
  }
  const at = { environment, integration: integration.key, connection: id, uid }
  return verifyConnection(dependencies, { ...at, settings: { ...settings, verify } }, TIMEOUT_MS)
}

function presetOf({ catalog }: Dependencies, environment: string, file: ProviderFile): ApiSettings {
  try {
    // Only checked files are stored.
    const deployed = (name: string) =>
      catalog.providers.peek(environment, name)?.file as ProviderFile | undefined
    return resolveProvider(file, parentsAmong(deployed)).settings
  } catch (error) {
    if (!(error instanceof InvalidProvider)) throw error
    const issues = error.issues.map(({ path, message }) => ({
      code: 'custom',
      message,
      path: ['provider', ...path],
    }))
    throw new InvalidRequest('invalid_body', error.message, issues)
  }
}
