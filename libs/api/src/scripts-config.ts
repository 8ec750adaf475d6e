import { connectionEvents } from '@syncline/function-types'
import { z } from 'zod'
import type { Route } from './route.ts'

/** As clients of other engines read it. What Syncline does not have is empty. */
const common = {
  id: z.string().describe('Integration and name.'),
  name: z.string().describe('Name of the function.'),
  description: z.string().describe('What it does, for people.'),
  version: z.string().describe('`n` or `x.y.z`.'),
  enabled: z.boolean().describe('Always true.'),
  last_deployed: z.string().describe('When it was changed last: ISO 8601 in UTC with milliseconds.'),
  endpoints: z.array(z.never()).describe('Always empty.'),
  attributes: z.object({}).describe('Always empty.'),
  scopes: z.array(z.string()).describe('Of the external API, for people.'),
  webhookSubscriptions: z.array(z.string()).describe('Always empty.'),
  sdk_version: z.null().describe('Always null.'),
  features: z.array(z.never()).describe('Always empty.'),
}

const ModelConfig = z.object({
  name: z.string().describe('Name of the model.'),
  fields: z.array(z.never()).describe('Always empty.'),
})

const ActionConfig = z.object({
  ...common,
  type: z.literal('action').describe('Always `action`.'),
  returns: z.array(z.string()).describe('Name of the output in `json_schema`.'),
  input: z.string().describe('Name of the input in `json_schema`.'),
  json_schema: z
    .object({
      definitions: z.record(z.string(), z.unknown()).describe('JSON Schemas of input and output, by name.'),
    })
    .describe('JSON Schema with what the action takes and returns.'),
  models: z.array(ModelConfig).describe('Input and output by name.'),
})

const SyncConfig = z.object({
  ...common,
  type: z.literal('sync').describe('Always `sync`.'),
  returns: z.array(z.string()).describe('Names of its models.'),
  input: z.null().describe('Always null.'),
  json_schema: z.null().describe('Always null: models are not kept as JSON Schema.'),
  models: z.array(ModelConfig).describe('Its models.'),
  runs: z.string().describe('How often it runs by default.'),
  auto_start: z.boolean().describe('Schedules of new connections start by themselves.'),
  track_deletes: z.boolean().describe('What a run did not save again is deleted.'),
})

const OnEventConfig = z.object({
  ...common,
  type: z.literal('on-event').describe('Always `on-event`.'),
  event: z.enum(connectionEvents).describe('It runs at this moment of each connection of the integration.'),
  returns: z.array(z.never()).describe('Always empty.'),
  input: z.null().describe('Always null.'),
  json_schema: z.null().describe('Always null.'),
  models: z.array(z.never()).describe('Always empty.'),
})

const getScriptsConfig = {
  method: 'GET',
  url: '/scripts/config',
  summary: 'List the deployed functions by integration, as older clients read them.',
  description:
    'GET /deployments returns more. With format `openai` there is one entry for each action, which models can call.',
  scope: 'read',
  deprecated: true,
  schema: {
    querystring: z.strictObject({
      format: z
        .enum(['nango', 'openai'])
        .default('nango')
        .describe('`openai`: the actions in the form in which language models get functions.'),
    }),
    response: {
      200: z.union([
        z.array(
          z.object({
            providerConfigKey: z.string().describe('Key of the integration.'),
            provider: z.string().describe('Provider of the integration.'),
            syncs: z.array(SyncConfig).describe('Its syncs.'),
            actions: z.array(ActionConfig).describe('Its actions.'),
            'on-events': z.array(OnEventConfig).describe('Its functions at moments of a connection.'),
          }),
        ),
        z.object({
          data: z
            .array(
              z.object({
                name: z.string().describe('Name of the action.'),
                description: z.string().describe('What it does.'),
                parameters: z.unknown().describe('JSON Schema of its input.'),
              }),
            )
            .describe('One for each action.'),
        }),
      ]),
    },
  },
} as const satisfies Route

export const scriptsConfigRoutes = { getScriptsConfig }
