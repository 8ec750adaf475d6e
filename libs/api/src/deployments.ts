import { connectionEvents } from '@syncline/function-types'
import { ProviderFile } from '@syncline/providers/provider-file'
import { z } from 'zod'
import { Success } from './answers.ts'
import {
  BundleHash,
  FunctionName,
  instant,
  JsonObject,
  Model,
  NoQuery,
  ProviderConfigKey,
  SyncName,
} from './fields.ts'
import type { Route } from './route.ts'
import { Validation } from './validation.ts'

export const MAX_BUNDLE_CHARS = 5_000_000
/** The operator's limit is lower. */
const MAX_BODY_BYTES = 512 * 1024 * 1024
const MAX_SCHEMA_BYTES = 64 * 1024

const identity = { provider_config_key: ProviderConfigKey, name: SyncName }
/** See SyncDefinition in libs/function-types. Lengths of time are written like `15 minutes`. */
const policy = {
  fresh: z
    .string()
    .min(1)
    .max(255)
    .describe('How old the records may be before the sync counts as stale, such as `15 minutes`.'),
  jitter: z
    .string()
    .min(1)
    .max(255)
    .describe('Over how long the slots of a cron expression are spread, such as `5 minutes`.'),
  retries: z.number().describe('How often a run that failed is repeated before the next slot, from 0 to 10.'),
  concurrency: z.number().describe('How many of its runs may be in flight at a time, over all connections.'),
  overlap: z
    .enum(['skip', 'queue_one', 'cancel_running'])
    .describe(
      'What a slot does that comes while a run is active: nothing, one more run after it, or it cancels the active run and begins another.',
    ),
  pause_after_failures: z.number().describe('After how many failures in a row a schedule is paused.'),
  validate: Validation.describe(
    'What is done about a record that does not fit its model: nothing, the run warns, or the save fails.',
  ),
}
const facts = {
  description: z.string().max(2000).describe('What it does, for people: up to 2 000 characters.'),
  version: z
    .string()
    .regex(/^\d+(\.\d+\.\d+)?$/, 'must be n or x.y.z')
    .describe('`n` or `x.y.z`.'),
  models: z.array(Model).min(1).max(100).describe('Names of the models that it saves records of.'),
  frequency: z
    .string()
    .min(1)
    .max(255)
    .describe('How often it runs by default: an interval such as `every 6 hours`, or a cron expression.'),
  auto_start: z.boolean().describe('Schedules of new connections start by themselves.'),
  track_deletes: z
    .boolean()
    .describe('Older way to delete what a run did not save again. Use `trackDeletesStart` in the function.'),
}

const JsonSchema = JsonObject.refine(
  (schema) => Buffer.byteLength(JSON.stringify(schema)) <= MAX_SCHEMA_BYTES,
  `must have at most ${MAX_SCHEMA_BYTES} bytes as JSON`,
)

const ModelSchemas = z
  .record(Model, JsonSchema)
  .describe('JSON Schema of models by name, up to 64 KiB each: a plan shows how they would change.')

const bundle = {
  bundle: z
    .string()
    .min(1)
    .max(MAX_BUNDLE_CHARS)
    .optional()
    .describe('The function with everything that it imports, as one CommonJS text.'),
  bundle_hash: BundleHash.optional().describe(
    'Instead of `bundle`: the sha256 of that text in hex, if it was sent with PUT /bundles/{hash} or is deployed.',
  ),
}

const hasOneBundle = (given: { bundle?: string | undefined; bundle_hash?: string | undefined }) =>
  (given.bundle === undefined) !== (given.bundle_hash === undefined)
const ONE_BUNDLE = { path: ['bundle'], message: 'give either bundle or bundle_hash' }

export const SyncToDeploy = z
  .strictObject({
    ...identity,
    ...facts,
    ...z.object(policy).partial().shape,
    version: facts.version
      .optional()
      .describe('`n` or `x.y.z`. Without it, the last one is counted on with each new bundle.'),
    model_schemas: ModelSchemas.optional(),
    auto_start: facts.auto_start.default(true),
    track_deletes: facts.track_deletes.default(false),
    ...bundle,
  })
  .refine(hasOneBundle, ONE_BUNDLE)
  .meta({ id: 'SyncToDeploy' })
export type SyncToDeploy = z.input<typeof SyncToDeploy>

export const DeployedSync = z
  .object({
    ...identity,
    ...facts,
    ...policy,
    fresh: policy.fresh
      .nullable()
      .describe('How old the records may be before the sync counts as stale. Null: twice its interval.'),
    jitter: policy.jitter
      .nullable()
      .describe('Over how long the slots of a cron expression are spread. Null: not at all.'),
    concurrency: policy.concurrency
      .nullable()
      .describe('How many runs may be in flight at a time: 1 to 100 000. Null: no limit of its own.'),
    pause_after_failures: policy.pause_after_failures
      .nullable()
      .describe('After how many failures in a row a schedule is paused. Null: never.'),
    validate: policy.validate
      .nullable()
      .describe(
        'What is done about a record that does not fit its model: nothing, the run warns, or the save fails. Null: as the environment says.',
      ),
    deployed_at: instant('When it was changed last'),
  })
  .meta({ id: 'DeployedSync' })
export type DeployedSync = z.infer<typeof DeployedSync>

const actionFacts = {
  description: facts.description,
  version: facts.version,
  input_schema: JsonSchema.describe('JSON Schema of what it takes, up to 64 KiB.'),
  output_schema: JsonSchema.describe('JSON Schema of what it returns, up to 64 KiB.'),
  scopes: z.array(z.string().max(255)).max(100).describe('Of the external API, for people.'),
  event: z
    .enum(connectionEvents)
    .optional()
    .describe('It runs at this moment of each connection of the integration. Absent: somebody calls it.'),
}

export const ActionToDeploy = z
  .strictObject({
    ...identity,
    ...actionFacts,
    version: facts.version
      .optional()
      .describe('`n` or `x.y.z`. Without it, the last one is counted on with each new bundle.'),
    scopes: actionFacts.scopes.default([]),
    ...bundle,
  })
  .refine(hasOneBundle, ONE_BUNDLE)
  .meta({ id: 'ActionToDeploy' })
export type ActionToDeploy = z.input<typeof ActionToDeploy>

export const DeployedAction = z
  .object({
    ...identity,
    ...actionFacts,
    deployed_at: instant('When it was changed last'),
  })
  .meta({ id: 'DeployedAction' })
export type DeployedAction = z.infer<typeof DeployedAction>

const functionsMax = 10_000
/** Of both requests: what is planned is what is deployed. */
export const deployment = {
  syncs: z
    .array(SyncToDeploy)
    .max(functionsMax)
    .default([])
    .describe('Syncs to deploy. What is not here stays as it is, unless `prune` is true.'),
  actions: z
    .array(ActionToDeploy)
    .max(functionsMax)
    .default([])
    .describe('Actions to deploy. An integration may not have a sync and an action of one name.'),
  providers: z
    .array(ProviderFile)
    .max(100)
    .default([])
    .describe('Provider files to deploy: see docs/guides/providers.md.'),
  prune: z
    .boolean()
    .default(false)
    .describe('Removes the deployed syncs (with their schedules and records) and actions that are not here.'),
  keep: z
    .array(z.strictObject(identity))
    .max(functionsMax)
    .default([])
    .describe('Functions that are not sent and still not gone: `prune` leaves them.'),
}

const deploy = {
  method: 'POST',
  url: '/deployments',
  summary: 'Deploy sync functions, actions and providers.',
  description:
    'Everything is checked before anything is stored, and all of it is deployed or nothing. A run in progress keeps the code that it started with.',
  scope: 'deploy',
  errors: [
    'unknown_integration',
    'invalid_frequency',
    'invalid_bundle',
    'unknown_provider',
    'duplicate_model',
    'unknown_bundle',
    'stale_plan',
    'too_large',
  ],
  bodyMaxBytes: MAX_BODY_BYTES,
  schema: {
    querystring: NoQuery,
    body: z
      .strictObject({
        ...deployment,
        plan: z
          .string()
          .max(64)
          .optional()
          .describe(
            '`plan` of POST /deployments/plan: fails with `stale_plan` if something was deployed or removed since.',
          ),
      })
      .refine(
        ({ syncs, actions, providers, prune }) =>
          syncs.length + actions.length + providers.length > 0 || prune,
        'nothing to deploy: give syncs, actions or providers',
      ),
    response: {
      200: z.object({
        providers: z
          .array(
            z.object({
              name: z.string().describe('Name of the provider.'),
              base_url: z.string().describe('URL that paths of requests are put behind. May be a template.'),
              auth: z.string().describe('How requests are authorized: the type of its auth.'),
              changed: z.boolean().describe('false: it was deployed already, as it is.'),
            }),
          )
          .describe('Those that extend a deployed one are deployed again with it.'),
        syncs: z
          .array(
            z.object({
              ...identity,
              version: facts.version,
              models: facts.models,
              changed: z.boolean().describe('false: it was deployed already, as it is.'),
            }),
          )
          .describe('Those of the request.'),
        actions: z
          .array(
            z.object({
              ...identity,
              version: facts.version,
              changed: z.boolean().describe('false: it was deployed already, as it is.'),
            }),
          )
          .describe('Those of the request.'),
        removed: z.array(z.object(identity)).describe('Syncs and actions that `prune` has removed.'),
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
    response: {
      200: z.object({
        syncs: z.array(DeployedSync).describe('In the order of integration and name.'),
        actions: z.array(DeployedAction).describe('In the order of integration and name.'),
      }),
    },
  },
} as const satisfies Route

const one = {
  params: z.object({ name: FunctionName }),
  querystring: z.strictObject({ provider_config_key: ProviderConfigKey }),
}

const getDeployment = {
  method: 'GET',
  url: '/deployments/:name',
  summary: 'Get a deployed sync function or action.',
  description: 'An action has an `input_schema`, a sync has none.',
  scope: 'read',
  errors: ['unknown_integration', 'unknown_sync'],
  schema: { ...one, response: { 200: z.union([DeployedSync, DeployedAction]) } },
} as const satisfies Route

const deleteDeployment = {
  method: 'DELETE',
  url: '/deployments/:name',
  summary: 'Remove a deployed sync function with its schedules and records, or an action.',
  scope: 'deploy',
  errors: ['unknown_integration', 'unknown_sync'],
  schema: { ...one, response: { 200: Success } },
} as const satisfies Route

const putBundle = {
  method: 'PUT',
  url: '/bundles/:hash',
  summary: 'Send the bundle of a function, which deployments then name by its hash.',
  description: 'It is kept for half an hour at least, and for as long as a deployed function has it.',
  scope: 'deploy',
  errors: ['too_large'],
  bodyMaxBytes: MAX_BODY_BYTES,
  schema: {
    querystring: NoQuery,
    params: z.object({ hash: BundleHash }),
    body: z.strictObject({
      bundle: z
        .string()
        .min(1)
        .max(MAX_BUNDLE_CHARS)
        .describe('The function with everything that it imports, as one CommonJS text.'),
    }),
    response: { 200: Success },
  },
} as const satisfies Route

export const deploymentRoutes = { deploy, putBundle, listDeployments, getDeployment, deleteDeployment }
