import { z } from 'zod'
import type { Route } from './route.ts'

/** As clients of other engines read it. What Syncline does not have is empty. */
const common = {
  id: z.string(),
  name: z.string(),
  returns: z.array(z.string()).describe('Names of its models; of an action, none.'),
  description: z.string(),
  version: z.string(),
  enabled: z.boolean(),
  last_deployed: z.string(),
  endpoints: z.array(z.never()),
  attributes: z.object({}),
  scopes: z.array(z.string()),
  webhookSubscriptions: z.array(z.string()),
  json_schema: z.null(),
  input: z.null(),
  models: z.array(z.object({ name: z.string(), fields: z.array(z.never()) })),
}

const ActionConfig = z.object({ ...common, type: z.literal('action') })

const SyncConfig = z.object({
  ...common,
  type: z.literal('sync'),
  runs: z.string(),
  auto_start: z.boolean(),
  track_deletes: z.boolean(),
})

const getScriptsConfig = {
  method: 'GET',
  url: '/scripts/config',
  summary: 'List the deployed functions by integration, as older clients read them.',
  description:
    'GET /deployments tells more. With format `openai` there is one entry for each action, which models can call.',
  scope: 'read',
  deprecated: true,
  schema: {
    querystring: z.strictObject({ format: z.enum(['nango', 'openai']).default('nango') }),
    response: {
      200: z.union([
        z.array(
          z.object({
            providerConfigKey: z.string(),
            provider: z.string(),
            syncs: z.array(SyncConfig),
            actions: z.array(ActionConfig),
            'on-events': z.array(z.never()),
          }),
        ),
        z.object({
          data: z.array(z.object({ name: z.string(), description: z.string(), parameters: z.unknown() })),
        }),
      ]),
    },
  },
} as const satisfies Route

export const scriptsConfigRoutes = { getScriptsConfig }
