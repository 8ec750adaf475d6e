import type { ConnectionMethods, FunctionConnection, FunctionIntegration } from '@syncline/function-types'
import type { CallHost } from '../host/host-api.ts'
import { ownConnectionOnly } from './http.ts'
import type { Facts } from './run-facts.ts'

export function connectionMethods(callHost: CallHost, facts: Facts): ConnectionMethods {
  const read = (forceRefresh = false) => callHost('getConnection', { forceRefresh })
  const update = async (metadata: Record<string, unknown>) =>
    void (await callHost('setMetadata', { metadata, merge: true }))
  const getIntegration: ConnectionMethods['getIntegration'] = async ({ include = [] } = {}) => {
    const credentials = include.includes('credentials')
    const integration = await callHost('getIntegration', { credentials })
    return {
      ...integration,
      ...(include.includes('webhook') && { webhook_url: null }),
    } as FunctionIntegration // JSON has no undefined
  }
  return {
    getConnection: async (providerConfigKey, connectionId, options) => {
      ownConnectionOnly({ providerConfigKey, connectionId }, facts)
      // Metadata is of the type that the author declared.
      return (await read(options?.forceRefresh === true)) as FunctionConnection<never>
    },
    getMetadata: async () => (await read()).metadata as never, // null where a connection has none
    setMetadata: async (metadata) => void (await callHost('setMetadata', { metadata, merge: false })),
    updateMetadata: update,
    getFieldMapping: async () => ((await read()).metadata?.fieldMapping ?? {}) as Record<string, string>, // as setFieldMapping leaves it
    setFieldMapping: (fieldMapping) => update({ fieldMapping }),
    getFlowAttributes: () => ({}) as never, // of the type that the author expects
    getToken: async () => {
      const { credentials } = await read()
      if (typeof credentials.access_token === 'string') return credentials.access_token
      if (credentials.type === 'NONE' || Object.keys(credentials).length > 1) return credentials
      throw new Error(
        `getToken: the integration '${facts.providerConfigKey}' keeps its tokens from functions. nango.get and the like send them; to read them, set expose_tokens of the integration`,
      )
    },
    getIntegration,
    getWebhookURL: async () => null,
    getEnvironmentVariables: () => callHost('getEnvironmentVariables', null),
  }
}
