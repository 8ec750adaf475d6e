import { ProviderFile } from '@syncline/providers/provider-file'
import { z } from 'zod'
import { connectionRoutes } from './connections.ts'
import { Environment } from './environments.ts'
import { Cursor, countInQuery, NextCursor } from './fields.ts'
import { integrationRoutes } from './integrations.ts'
import type { Route } from './route.ts'

const secrets = z
  .stringbool()
  .default(false)
  .describe('true: with secrets, which needs a key with the scopes `deploy` and `secrets`.')

/** What an integration sets itself: what `POST /integrations` takes. */
export const ConfiguredIntegration = integrationRoutes.createIntegration.schema.body.meta({
  id: 'ConfiguredIntegration',
})
export type ConfiguredIntegration = z.input<typeof ConfiguredIntegration>

const connection = connectionRoutes.createConnection.schema.body
/** What a connection was made with: what `POST /connections` takes, its credentials absent or as they are now. */
export const ConfiguredConnection = connection
  .extend({
    connection_id: connection.shape.connection_id.unwrap(),
    credentials: connection.shape.credentials.optional(),
  })
  .meta({ id: 'ConfiguredConnection' })
export type ConfiguredConnection = z.input<typeof ConfiguredConnection>

export const ConfiguredVariable = z
  .object({
    name: z.string().describe('Its name.'),
    value: z.string().nullable().describe('Its value. Null: secrets were not asked for.'),
  })
  .meta({ id: 'ConfiguredVariable' })
export type ConfiguredVariable = z.infer<typeof ConfiguredVariable>

const getConfiguration = {
  method: 'GET',
  url: '/configuration',
  summary: 'Export the configuration of an environment: what integrations, providers and variables set.',
  description:
    'As it was given, without what providers add. Its connections are at `/configuration/connections`, and what was set of schedules is ' +
    'in `GET /schedules`. Functions are not in it: they are deployed.',
  scope: 'deploy',
  holdsSecrets: true,
  schema: {
    querystring: z.strictObject({ secrets }),
    response: {
      200: z.object({
        environment: Environment.pick({ name: true, max_runs: true, weight: true, validate: true }).describe(
          'Its name and limits, and what is done about records that do not fit their model.',
        ),
        providers: z.array(ProviderFile).describe('Deployed ones, in the order of their names.'),
        integrations: z.array(ConfiguredIntegration).describe('In the order of their keys.'),
        variables: z.array(ConfiguredVariable).describe('In the order of their names.'),
      }),
    },
  },
} as const satisfies Route

const listConfiguredConnections = {
  method: 'GET',
  url: '/configuration/connections',
  summary: 'Export the connections of an environment, as they were made.',
  description: 'No token is renewed, and no API is asked.',
  scope: 'deploy',
  holdsSecrets: true,
  errors: ['invalid_cursor'],
  schema: {
    querystring: z.strictObject({
      secrets,
      limit: countInQuery(1, 100).default(100).describe('Connections in a page.'),
      cursor: Cursor.optional(),
    }),
    response: {
      200: z.object({
        connections: z.array(ConfiguredConnection).describe('In the order of integration and id.'),
        next_cursor: NextCursor,
      }),
    },
  },
} as const satisfies Route

export const configurationRoutes = { getConfiguration, listConfiguredConnections }
