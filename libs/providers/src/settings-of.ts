import type { ApiSettings, Catalog, Integration } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { builtinProviders } from './builtin.ts'

/**
 * How an integration reaches its API: its own settings, else those of its provider. A provider that the environment has
 * deployed wins over one that comes with Syncline.
 */
export function settingsOf(catalog: Pick<Catalog, 'providers'>, integration: Integration): ApiSettings {
  const { environment, provider } = integration
  const preset = (catalog.providers.peek(environment, provider) ?? builtinProviders.get(provider))?.settings
  const { baseUrl, auth, headers, allowedHosts, pagination, retry, budget, verify, consistencyLagMs } =
    integration
  const base = baseUrl ?? preset?.baseUrl
  if (base === undefined) {
    throw new AppError(
      'unknown_provider',
      `integration '${integration.key}' has no base_url, and its provider '${provider}' is not deployed`,
    )
  }
  return {
    allowedHosts: [],
    auth: { type: 'none' },
    headers: {},
    ...preset,
    baseUrl: base,
    ...(auth && { auth }),
    ...(headers && { headers }),
    ...(allowedHosts && { allowedHosts }),
    ...(pagination && { pagination }),
    ...(retry && { retry }),
    ...(budget && { budget }),
    ...(verify && { verify }),
    ...(consistencyLagMs !== undefined && { consistencyLagMs }),
  }
}
