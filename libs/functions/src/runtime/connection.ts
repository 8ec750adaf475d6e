import type { ConnectionMethods, FunctionConnection } from '@syncline/function-types'
import type { CallHost } from '../host/host-api.ts'
import { ownConnectionOnly } from './http.ts'
import type { Facts } from './run-facts.ts'

export function connectionMethods(callHost: CallHost, facts: Facts): ConnectionMethods {
  // Metadata is of the type that the author declared.
  const connection = async () => (await callHost('getConnection', null)) as FunctionConnection<never>
  return {
    getConnection: async (providerConfigKey, connectionId) => {
      ownConnectionOnly({ providerConfigKey, connectionId }, facts)
      return connection()
    },
    getMetadata: async () => (await connection()).metadata as never, // null where a connection has none
    setMetadata: async (metadata) => void (await callHost('setMetadata', { metadata, merge: false })),
    updateMetadata: async (metadata) => void (await callHost('setMetadata', { metadata, merge: true })),
    getToken: async () => {
      const { credentials } = await connection()
      if (typeof credentials.access_token === 'string') return credentials.access_token
      if (credentials.type === 'NONE' || Object.keys(credentials).length > 1) return credentials
      throw new Error(
        `getToken: the integration '${facts.providerConfigKey}' keeps its tokens from functions. nango.get and the like send them; to read them, set expose_tokens of the integration`,
      )
    },
    getIntegration: () => callHost('getIntegration', null),
    getEnvironmentVariables: () => callHost('getEnvironmentVariables', null),
  }
}
