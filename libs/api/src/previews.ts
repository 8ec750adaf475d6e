import { PreviewProgress, PreviewResult } from '@syncline/preview'
import { z } from 'zod'
import { Success } from './answers.ts'
import { MAX_BUNDLE_CHARS, SyncToDeploy } from './deployments.ts'
import { ConnectionId, JsonObject, NoQuery, ProviderConfigKey, SyncName, Variant } from './fields.ts'
import type { Route } from './route.ts'

/** Named in the types of the SDK. */
export { FieldChange, ModelPreview, PreviewProgress, PreviewResult } from '@syncline/preview'

/** A bundle is a JSON text here: most of its characters take one byte, line breaks and quotes two. */
const MAX_BODY_BYTES = 3 * MAX_BUNDLE_CHARS
const MOST_SAMPLES = 1000

export const Preview = z
  .object({
    id: z.uuid().describe('Id of the preview.'),
    state: z.enum(['running', 'ended']).describe('`running`: it waits for a runner, or runs.'),
    progress: PreviewProgress.nullable().describe('While it runs: how far it is. Null: that is not known.'),
    result: PreviewResult.nullable().describe('When it has ended: what the run would change.'),
    error: z
      .object({
        code: z.string().describe('One of the error codes of this API.'),
        message: z.string().describe('Why it has no result.'),
      })
      .nullable()
      .describe('It has ended without a result: it did not begin, or its runner died.'),
  })
  .meta({ id: 'Preview' })
export type Preview = z.infer<typeof Preview>

const createPreview = {
  method: 'POST',
  url: '/previews',
  summary: 'Run a sync function without any effect, to see what it would change.',
  description:
    'Runs the given code, deployed or not, with the credentials of the connection against its API, and plans what it saves and deletes against the records that are there. Nothing is stored: no records, no checkpoint, no metadata. Requests of the function that write to the API do have their effect. The result is kept for a day.',
  scope: 'deploy',
  errors: ['unknown_integration', 'unknown_connection', 'too_large', 'unavailable'],
  bodyMaxBytes: MAX_BODY_BYTES,
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      provider_config_key: ProviderConfigKey,
      sync: SyncName,
      connection_id: ConnectionId,
      variant: Variant.default('base'),
      bundle: SyncToDeploy.shape.bundle
        .unwrap()
        .describe('The function with everything that it imports, as one CommonJS text.'),
      models: SyncToDeploy.shape.models,
      track_deletes: SyncToDeploy.shape.track_deletes,
      validate: SyncToDeploy.shape.validate,
      limit: z
        .int()
        .min(1)
        .max(1_000_000_000)
        .optional()
        .describe('Stop when so many records were saved. Without it, run to the end.'),
      samples: z
        .int()
        .min(0)
        .max(MOST_SAMPLES)
        .default(5)
        .describe(`How many samples of each kind to give for a model: 0 to ${MOST_SAMPLES}.`),
      record: z
        .boolean()
        .default(false)
        .describe('Keep the exchanges with the API as a recording, up to 64 MiB.'),
    }),
    response: { 202: z.object({ id: Preview.shape.id }) },
  },
} as const satisfies Route

const one = {
  params: z.object({ id: Preview.shape.id }),
  querystring: NoQuery,
}

const getPreview = {
  method: 'GET',
  url: '/previews/:id',
  summary: 'Get the state and the result of a preview.',
  scope: 'deploy',
  errors: ['not_found'],
  schema: { ...one, response: { 200: Preview } },
} as const satisfies Route

const getPreviewRecording = {
  method: 'GET',
  url: '/previews/:id/recording',
  summary: 'Get the exchanges with the API that a preview has recorded.',
  description:
    'A fixture: the CLI replays it without a server. It has what the function has sent and received, and no credentials. 404: the preview has not ended, or did not record.',
  scope: 'deploy',
  errors: ['not_found'],
  answeredAsBytes: true,
  schema: {
    ...one,
    response: { 200: JsonObject.describe('The fixture.') },
  },
} as const satisfies Route

const cancelPreview = {
  method: 'POST',
  url: '/previews/:id/cancel',
  summary: 'Stop a preview.',
  description: 'It ends at once, with the result so far. One that has ended stays as it is.',
  scope: 'deploy',
  errors: ['not_found'],
  schema: { ...one, response: { 200: Success } },
} as const satisfies Route

export const previewRoutes = { createPreview, getPreview, getPreviewRecording, cancelPreview }
