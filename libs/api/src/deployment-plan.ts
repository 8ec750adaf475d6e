import { z } from 'zod'
import { deployment } from './deployments.ts'
import { BundleHash, FunctionName, Model, NoQuery, ProviderConfigKey } from './fields.ts'
import type { Route } from './route.ts'

const kind = z.enum(['sync', 'action']).describe('What it is.')
const named = { kind, provider_config_key: ProviderConfigKey, name: FunctionName }
const before = z.string().nullable().describe('What is deployed, as text. Null: nothing.')
const after = z.string().nullable().describe('What would be deployed, as text. Null: nothing.')

const schedules = z.object({
  start: z.number().describe('Schedules that would be made and run by themselves.'),
  stop: z.number().describe('Schedules that would be removed with their records.'),
  change_frequency: z
    .number()
    .describe('Schedules that would run at other times, except those with a frequency of their own.'),
})

export const PlannedChange = z
  .object({
    ...named,
    change: z
      .enum(['new', 'changed', 'unchanged', 'gone', 'removed'])
      .describe('`gone`: deployed, not in the request, and kept. `removed`: the same with `prune`.'),
    version: z.string().nullable().describe('After the deployment. Null: it would not be deployed any more.'),
    models: z.array(Model).describe('Of a sync: what it saves.'),
    fields: z
      .array(
        z.object({
          field: z.string().describe('Name of a field of the request. `code`: the bundle, by its hash.'),
          before,
          after,
        }),
      )
      .describe('What would change.'),
    schedules: schedules.describe('Of a sync: base schedules, one for each connection of the integration.'),
  })
  .meta({ id: 'PlannedChange' })
export type PlannedChange = z.infer<typeof PlannedChange>

export const PlannedModel = z
  .object({
    provider_config_key: ProviderConfigKey,
    model: Model,
    change: z
      .enum(['new', 'changed', 'gone'])
      .describe('`gone`: no sync would save it, and reading it would be a 404 `unknown_model`.'),
    renamed_to: Model.nullable().describe('Of one that is gone: the model that its sync would save instead.'),
    fields: z
      .array(z.object({ field: z.string().describe('Path of a field of the records.'), before, after }))
      .describe('Of a changed one: fields whose type would change, come or go.'),
  })
  .meta({ id: 'PlannedModel' })
export type PlannedModel = z.infer<typeof PlannedModel>

const planDeployment = {
  method: 'POST',
  url: '/deployments/plan',
  summary: 'Show what a deployment would change.',
  description: 'Stores nothing. Takes the body of POST /deployments; bundles are best given by their hash.',
  scope: 'deploy',
  bodyMaxBytes: 512 * 1024 * 1024,
  errors: ['unknown_provider', 'too_large'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject(deployment),
    response: {
      200: z.object({
        plan: z.string().describe('For POST /deployments: changes when something is deployed or removed.'),
        changes: z
          .array(PlannedChange)
          .describe('By integration and name: those of the request, and deployed ones that it lacks.'),
        models: z.array(PlannedModel).describe('Models that would come, change or go.'),
        schedules: schedules.describe('Of all syncs.'),
        providers: z
          .array(
            z.object({
              name: z.string().describe('Name of the provider.'),
              changed: z.boolean().describe('false: it is deployed already, as it is.'),
            }),
          )
          .describe('Those of the request, and deployed ones that extend them.'),
        refused: z
          .array(
            z.object({
              ...named,
              code: z.string().describe('Code of the error that the deployment would fail with.'),
              message: z.string().describe('For people.'),
            }),
          )
          .describe('Functions that can not be deployed. The plan is about all others.'),
        missing_bundles: z.array(BundleHash).describe('To be sent with PUT /bundles/{hash} first.'),
      }),
    },
  },
} as const satisfies Route

export const deploymentPlanRoutes = { planDeployment }
