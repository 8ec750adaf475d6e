import type { Catalog, Integration } from '@syncline/catalog'
import { ApiSettings } from '@syncline/catalog/api-settings'
import { AppError } from '@syncline/errors'
import { firstPartyProvider } from './first-party.ts'

type Providers = Pick<Catalog, 'providers'>

/** Integrations of the catalog's copy are other objects when they change. */
const latest = new WeakMap<Integration, { preset: ApiSettings | undefined; settings: ApiSettings }>()

/**
 * How an integration reaches its API: its own settings, else those of its provider. A provider that the environment has
 * deployed wins over one that comes with Syncline.
 */
export function settingsOf(catalog: Providers, integration: Integration): ApiSettings {
  const settings = findSettings(catalog, integration)
  if (settings) return settings
  const { key, provider } = integration
  throw new AppError(
    'unknown_provider',
    `integration '${key}' has no base_url, and its provider '${provider}' is not deployed`,
  )
}

/** Undefined if the integration has no base URL, and its provider is gone. */
export function findSettings(catalog: Providers, integration: Integration): ApiSettings | undefined {
  const { environment, provider } = integration
  const preset = (catalog.providers.peek(environment, provider) ?? firstPartyProvider(provider))?.settings
  const known = latest.get(integration)
  if (known && known.preset === preset) return known.settings
  const settings = settingsWith(preset, integration)
  if (settings) latest.set(integration, { preset, settings })
  return settings
}

/** The settings that an integration would have with a provider. What it sets itself wins. */
export function settingsWith(
  preset: ApiSettings | undefined,
  integration: Integration,
): ApiSettings | undefined {
  const own = ownSettings(integration)
  const baseUrl = own.baseUrl ?? preset?.baseUrl
  if (baseUrl === undefined) return undefined
  return { allowedHosts: [], auth: { type: 'none' }, headers: {}, ...preset, ...own, baseUrl }
}

/** What an integration sets itself. */
export function ownSettings(integration: Integration): Partial<ApiSettings> {
  const own = Object.entries(integration).filter(
    ([name, value]) => name in ApiSettings.shape && value !== undefined,
  )
  return Object.fromEntries(own)
}
