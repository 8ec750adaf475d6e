import { z } from 'zod'
import { Success } from './answers.ts'
import {
  AnyInstant,
  ConnectionId,
  Cursor,
  countInBody,
  countInQuery,
  EnvironmentName,
  Instant,
  instant,
  NextCursor,
  NoQuery,
  ProviderConfigKey,
} from './fields.ts'
import type { Route } from './route.ts'

const DAY_SECONDS = 86_400

const KeyScope = z.enum(['read', 'operate', 'deploy', 'secrets'])
const Scopes = z
  .array(KeyScope)
  .min(1)
  .refine((scopes) => new Set(scopes).size === scopes.length, 'names a scope twice')

const ConnectionName = z.strictObject({ provider_config_key: ProviderConfigKey, connection_id: ConnectionId })

const known = {
  id: z.string().describe('Its id.'),
  environment: z.string().describe('Environment that it opens.'),
  label: z.string().describe('Name for people.'),
  scopes: z.array(KeyScope).describe('What it may do.'),
  connection: ConnectionName.nullable().describe('Of a key that reads this connection and nothing else.'),
  expires_at: Instant.nullable().describe('When it ends: ISO 8601 in UTC with milliseconds. Null: never.'),
}

export const Key = z
  .object({
    ...known,
    created_at: instant('When it was made'),
    last_used_at: Instant.nullable().describe(
      'When it was used last, to the minute. Null: never, or it is not known.',
    ),
    secrets: z
      .array(
        z.object({
          hint: z.string().describe('Its last four characters.'),
          created_at: instant('When it was made'),
          expires_at: Instant.nullable().describe('A rotation has replaced it, and it works until then.'),
        }),
      )
      .describe('Newest first; the secrets themselves are shown once, when they are made.'),
  })
  .meta({ id: 'Key' })
export type Key = z.infer<typeof Key>

const KeyWithSecret = Key.extend({
  secret: z.string().describe('What clients send. It is shown this once.'),
}).meta({ id: 'KeyWithSecret' })

const label = z.string().min(1).max(255).describe('Name for people.')
const url = '/environments/:environment/keys'
const ofEnvironment = z.object({ environment: EnvironmentName })
const oneKey = ofEnvironment.extend({
  keyId: z
    .string()
    .regex(/^[0-9a-f]{16,64}$/, 'is no id of a key')
    .describe('Id of a key.'),
})

const createKey = {
  method: 'POST',
  url,
  summary: 'Create a key of an environment.',
  description:
    'Without `scopes` it may do everything in its environment. With `connection` it may read the records, schedules and runs of ' +
    'that connection and nothing else.',
  scope: 'admin',
  holdsSecrets: true,
  errors: ['unknown_environment', 'unknown_integration', 'unknown_connection', 'resource_capped'],
  schema: {
    params: ofEnvironment,
    querystring: NoQuery,
    body: z
      .strictObject({
        label,
        scopes: Scopes.optional().describe('What it may do; all when absent.'),
        connection: ConnectionName.optional().describe('The key may read this connection and nothing else.'),
        expires_at: AnyInstant.optional().describe(
          'When it ends, in the future; never when absent. ISO 8601 with a time and an offset.',
        ),
      })
      .refine(
        ({ scopes, connection }) =>
          connection === undefined || scopes === undefined || scopes.join() === 'read',
        { path: ['scopes'], message: "a key of one connection has the scope 'read' only" },
      ),
    response: { 201: KeyWithSecret },
  },
} as const satisfies Route

const listKeys = {
  method: 'GET',
  url,
  summary: 'List the keys of an environment, without their secrets.',
  scope: 'admin',
  errors: ['unknown_environment', 'invalid_cursor'],
  schema: {
    params: ofEnvironment,
    querystring: z.strictObject({
      limit: countInQuery(1, 1000).default(1000).describe('Keys in a page.'),
      cursor: Cursor.optional(),
    }),
    response: { 200: z.object({ keys: z.array(Key).describe('Oldest first.'), next_cursor: NextCursor }) },
  },
} as const satisfies Route

const one = {
  url: `${url}/:keyId`,
  errors: ['unknown_environment', 'not_found'],
} as const

const getKey = {
  method: 'GET',
  ...one,
  summary: 'Get a key, without its secrets.',
  scope: 'admin',
  schema: { params: oneKey, querystring: NoQuery, response: { 200: Key } },
} as const satisfies Route

const updateKey = {
  method: 'PATCH',
  ...one,
  summary: 'Change the label, the scopes or the expiry of a key.',
  scope: 'admin',
  schema: {
    params: oneKey,
    querystring: NoQuery,
    body: z
      .strictObject({
        label: label.optional(),
        scopes: Scopes.optional().describe('What it may do, as a whole.'),
        expires_at: AnyInstant.nullable()
          .optional()
          .describe('When it ends, in the future: ISO 8601 with a time and an offset. Null: never.'),
      })
      .refine((body) => Object.values(body).some((value) => value !== undefined), 'nothing to change'),
    response: { 200: Key },
  },
} as const satisfies Route

const deleteKey = {
  method: 'DELETE',
  ...one,
  summary: 'Delete a key: it works no longer.',
  scope: 'admin',
  schema: { params: oneKey, querystring: NoQuery, response: { 200: Success } },
} as const satisfies Route

const rotateKey = {
  method: 'POST',
  ...one,
  url: `${one.url}/rotate`,
  summary: 'Give a key a new secret.',
  description:
    'The secrets that it has now work for `overlap_seconds` longer: a day if it is absent, not at all if it is 0. What else is known ' +
    'of the key does not change.',
  scope: 'admin',
  holdsSecrets: true,
  errors: ['unknown_environment', 'not_found', 'resource_capped'],
  schema: {
    params: oneKey,
    querystring: NoQuery,
    body: z.strictObject({
      overlap_seconds: countInBody(0, 30 * DAY_SECONDS)
        .default(DAY_SECONDS)
        .describe('How long the secrets that it has now still work: 0 to 30 days.'),
    }),
    response: { 200: KeyWithSecret },
  },
} as const satisfies Route

/** Every key may ask what it is. */
const getMe = {
  method: 'GET',
  url: '/me',
  summary: 'Say what the key of this request is: its environment, scopes and expiry.',
  scope: 'read',
  schema: { querystring: NoQuery, response: { 200: z.object(known) } },
} as const satisfies Route

export const keyRoutes = { createKey, listKeys, getKey, updateKey, deleteKey, rotateKey, getMe }
