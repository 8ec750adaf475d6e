import type { FunctionConnection, NangoSync } from '@syncline/sdk/function'
import { ownConnectionOnly } from './http.ts'
import type { RunFacts } from './program.ts'
import type { Ask } from './typed-host.ts'

type ConnectionMethods = Pick<
  NangoSync,
  | 'getConnection'
  | 'getMetadata'
  | 'setMetadata'
  | 'updateMetadata'
  | 'getToken'
  | 'getIntegration'
  | 'getEnvironmentVariables'
>

export function connectionMethods(ask: Ask, facts: RunFacts): ConnectionMethods {
  const connection = async () => (await ask('getConnection', null)) as unknown as FunctionConnection<never> // as the runner fills it
  return {
    getConnection: async (providerConfigKey, connectionId) => {
      ownConnectionOnly({ providerConfigKey, connectionId }, facts)
      return connection()
    },
    getMetadata: async () => (await connection()).metadata as never, // of the type that the author declared
    setMetadata: async (metadata) => void (await ask('setMetadata', { metadata, merge: false })),
    updateMetadata: async (metadata) => void (await ask('setMetadata', { metadata, merge: true })),
    getToken: async () => {
      const { credentials } = await connection()
      return credentials.type === 'OAUTH2' ? credentials.access_token : credentials
    },
    getIntegration: async () =>
      (await ask('getIntegration', null)) as Awaited<ReturnType<NangoSync['getIntegration']>>,
    getEnvironmentVariables: () => ask('getEnvironmentVariables', null),
  }
}
