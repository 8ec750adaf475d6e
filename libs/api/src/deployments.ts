import { ProviderFile } from '@syncline/providers/provider-file'
import { z } from 'zod'
import { Success } from './answers.ts'
import { Instant, JsonObject, Model, NoQuery, ProviderConfigKey, SyncName } from './fields.ts'
import type { Route } from './route.ts'

const MAX_BUNDLE_CHARS = 5_000_000
/** The operator's limit is lower. */
const MAX_BODY_BYTES = 512 * 1024 * 1024
const MAX_SCHEMA_BYTES = 64 * 1024

const identity = { provider_config_key: ProviderConfigKey, name: SyncName }
/** See SyncDefinition in libs/function-types. Lengths of time are written like `15 minutes`. */
const policy = {
  fresh: z.string().min(1).max(255),
  jitter: z.string().min(1).max(255),
  retries: z.number(),
  concurrency: z.number(),
  overlap: z.enum(['skip', 'queue_one', 'cancel_running']),
  pause_after_failures: z.number(),
}
const facts = {
  description: z.string().max(2000),
  version: z.string().regex(/^\d+(\.\d+\.\d+)?$/, 'must be n or x.y.z'),
  models: z.array(Model).min(1).max(100),
  frequency: z.string().min(1).max(255),
  auto_start: z.boolean(),
  track_deletes: z.boolean(),
}

export const SyncToDeploy = z.strictObject({
  ...identity,
  ...facts,
  ...z.object(policy).partial().shape,
  version: facts.version.optional().describe('Without it, counted on with each new bundle.'),
  auto_start: facts.auto_start.default(true),
  track_deletes: facts.track_deletes.default(false),
  bundle: z.string().min(1).max(MAX_BUNDLE_CHARS),
})
export type SyncToDeploy = z.input<typeof SyncToDeploy>

export const DeployedSync = z.object({
  ...identity,
  ...facts,
  ...policy,
  fresh: policy.fresh.nullable().describe('Null: twice the interval.'),
  jitter: policy.jitter.nullable().describe('Null: not at all.'),
  concurrency: policy.concurrency.nullable().describe('Null: no limit of its own.'),
  pause_after_failures: policy.pause_after_failures.nullable().describe('Null: never.'),
  deployed_at: Instant,
})
export type DeployedSync = z.infer<typeof DeployedSync>

const JsonSchema = JsonObject.refine(
  (schema) => Buffer.byteLength(JSON.stringify(schema)) <= MAX_SCHEMA_BYTES,
  `must have at most ${MAX_SCHEMA_BYTES} bytes as JSON`,
)

const actionFacts = {
  description: facts.description,
  version: facts.version,
  input_schema: JsonSchema.describe('JSON Schema.'),
  output_schema: JsonSchema,
  scopes: z.array(z.string().max(255)).max(100).describe('Of the external API, for people.'),
}

export const ActionToDeploy = z.strictObject({
  ...identity,
  ...actionFacts,
  version: facts.version.optional().describe('Without it, counted on with each new bundle.'),
  scopes: actionFacts.scopes.default([]),
  bundle: z.string().min(1).max(MAX_BUNDLE_CHARS),
})
export type ActionToDeploy = z.input<typeof ActionToDeploy>

export const DeployedAction = z.object({ ...identity, ...actionFacts, deployed_at: Instant })
export type DeployedAction = z.infer<typeof DeployedAction>

const deploy = {
  method: 'POST',
  url: '/deployments',
  summary: 'Deploy sync functions, actions and providers.',
  scope: 'deploy',
  errors: ['unknown_integration', 'invalid_frequency', 'invalid_bundle', 'unknown_provider', 'too_large'],
  bodyMaxBytes: MAX_BODY_BYTES,
  schema: {
    querystring: NoQuery,
    body: z
      .strictObject({
        syncs: z.array(SyncToDeploy).max(500).default([]),
        actions: z.array(ActionToDeploy).max(500).default([]),
        providers: z.array(ProviderFile).max(100).default([]),
      })
      .refine(
        ({ syncs, actions, providers }) => syncs.length + actions.length + providers.length > 0,
        'nothing to deploy: give syncs, actions or providers',
      ),
    response: {
      200: z.object({
        providers: z
          .array(z.object({ name: z.string(), base_url: z.string(), auth: z.string(), changed: z.boolean() }))
          .describe('Those that extend a deployed one are deployed again with it.'),
        syncs: z.array(
          z.object({ ...identity, version: facts.version, models: facts.models, changed: z.boolean() }),
        ),
        actions: z.array(z.object({ ...identity, version: facts.version, changed: z.boolean() })),
      }),
    },
  },
} as const satisfies Route

const listDeployments = {
  method: 'GET',
  url: '/deployments',
  summary: 'List the deployed sync functions and actions.',
  scope: 'read',
  schema: {
    querystring: NoQuery,
    response: { 200: z.object({ syncs: z.array(DeployedSync), actions: z.array(DeployedAction) }) },
  },
} as const satisfies Route

const one = {
  params: z.object({ name: SyncName }),
  querystring: z.strictObject({ provider_config_key: ProviderConfigKey }),
}

const getDeployment = {
  method: 'GET',
  url: '/deployments/:name',
  summary: 'Get a deployed sync function.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_sync'],
  schema: { ...one, response: { 200: DeployedSync } },
} as const satisfies Route

const deleteDeployment = {
  method: 'DELETE',
  url: '/deployments/:name',
  summary: 'Remove a deployed sync function with its schedules and records, or an action.',
  scope: 'deploy',
  errors: ['unknown_integration', 'unknown_sync'],
  schema: { ...one, response: { 200: Success } },
} as const satisfies Route

export const deploymentRoutes = { deploy, listDeployments, getDeployment, deleteDeployment }
