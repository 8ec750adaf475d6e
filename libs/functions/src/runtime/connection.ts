import type { ConnectionMethods, FunctionConnection } from '@syncline/function-types'
import type { CallHost } from '../host/host-api.ts'
import { ownConnectionOnly } from './http.ts'
import type { RunFacts } from './run-facts.ts'

export function connectionMethods(callHost: CallHost, facts: RunFacts): ConnectionMethods {
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
      return credentials.type === 'OAUTH2' ? credentials.access_token : credentials
    },
    getIntegration: () => callHost('getIntegration', null),
    getEnvironmentVariables: () => callHost('getEnvironmentVariables', null),
  }
}
