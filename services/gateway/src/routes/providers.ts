import type { AuthScheme, Integration, Provider } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import {
  firstPartyFile,
  firstPartyNames,
  firstPartyProvider,
  ownSettings,
  type ResolvedProvider,
  toFields,
} from '@syncline/providers'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { storedFile } from '../rules/stored-file.ts'

export const listProviders: Handler<'listProviders'> = async ({ catalog }, { environment, query }) => {
  const search = query.search?.toLowerCase() ?? ''
  const deployed = catalog.providers.list(environment)
  const names = new Set(deployed.map(({ name }) => name))
  const others = firstPartyNames().filter((name) => !names.has(name))
  const all = [...deployed, ...others.flatMap((name) => firstPartyProvider(name) ?? [])]
  return {
    data: all
      .filter(({ name, displayName }) => `${name}\n${displayName}`.toLowerCase().includes(search))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((provider) => ({
        ...known(provider),
        base_url: provider.settings.baseUrl,
        auth: provider.settings.auth.type,
      })),
  }
}

export const getProvider: Handler<'getProvider'> = async ({ catalog }, { environment, params: { name } }) => {
  const deployed = await catalog.providers.find(environment, name)
  const provider = deployed ?? firstPartyProvider(name)
  if (provider === undefined) throw new AppError('unknown_provider', `there is no provider '${name}'`)
  const file = deployed ? storedFile(deployed) : firstPartyFile(name)
  return {
    data: {
      ...known(provider),
      ...(file?.extends !== undefined && { extends: file.extends }),
      ...toFields(provider.settings),
      base_url: provider.settings.baseUrl,
      integrations: usersOf(catalog, environment, name)
        .map(({ key }) => key)
        .sort(),
    },
  }
}

export const deleteProvider: Handler<'deleteProvider'> = async (
  { catalog },
  { environment, params: { name } },
) => {
  await catalog.providers.get(environment, name)
  const child = catalog.providers
    .list(environment)
    .find((other) => other.name !== name && storedFile(other).extends === name)
  if (child) throw new AppError('in_use', `provider '${child.name}' extends '${name}': delete it first`)
  const orphan = usersOf(catalog, environment, name).find((integration) => !ownSettings(integration).baseUrl)
  if (orphan && firstPartyProvider(name) === undefined) {
    throw new AppError(
      'in_use',
      `integration '${orphan.key}' needs provider '${name}': delete it, or give it a base_url`,
    )
  }
  await catalog.providers.delete(environment, name)
  return { success: true }
}

const authModes: Record<AuthScheme['type'], string> = {
  none: 'NONE',
  bearer: 'API_KEY',
  header: 'API_KEY',
  query: 'API_KEY',
  basic: 'BASIC',
  oauth2: 'OAUTH2',
  client_credentials: 'OAUTH2_CC',
  password: 'BASIC',
  jwt: 'JWT',
  two_step: 'TWO_STEP',
  callback: 'CUSTOM',
}

function known(provider: Provider | ResolvedProvider) {
  const { name, displayName, docs, settings } = provider
  const facts = {
    name,
    display_name: displayName,
    docs,
    auth_mode: authModes[settings.auth.type],
    categories: [],
    logo_url: '',
    proxy: { base_url: settings.baseUrl },
  }
  return 'deployedAt' in provider
    ? { ...facts, source: 'deployed' as const, deployed_at: provider.deployedAt }
    : { ...facts, source: 'first_party' as const }
}

function usersOf(catalog: Dependencies['catalog'], environment: string, name: string): Integration[] {
  return catalog.integrations.list(environment).filter(({ provider }) => provider === name)
}
