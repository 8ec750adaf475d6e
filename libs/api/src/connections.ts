import { Credentials } from '@syncline/catalog/credentials'
import { JsonObject, Texts } from '@syncline/catalog/json-object'
import { z } from 'zod'
import { ErrorBody, Success } from './answers.ts'
import {
  ConnectionId,
  countInQuery,
  Instant,
  instant,
  NoQuery,
  ownerFields,
  ProviderConfigKey,
  TagFilter,
} from './fields.ts'
import type { Route } from './route.ts'

const TAG_NAME = /^[a-zA-Z][a-zA-Z0-9_\-./]{0,63}$/

/** Names have no case. */
const Tags = Texts.superRefine((tags, context) => {
  const problem = (message: string, path: string[] = []) =>
    context.addIssue({ code: 'custom', message, path })
  const names = Object.keys(tags)
  if (names.length > 10) problem('at most 10 tags')
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    problem('two tags have the same name: upper and lower case are one')
  for (const [name, value] of Object.entries(tags)) {
    if (!TAG_NAME.test(name))
      problem('a name begins with a letter and has at most 64 letters, digits and _ - . /', [name])
    if (value.length < 1 || value.length > 255) problem('a value has 1 to 255 characters', [name])
    if (name.toLowerCase() === 'end_user_email' && !z.email().safeParse(value).success)
      problem('must be an email address', [name])
  }
})

const text = z.string().min(1).max(255)

/** Whose access it is, in the words of your product. */
const EndUserInput = z.strictObject({
  id: text.describe('Id of the user in your product.'),
  email: z.email().max(255).optional().describe('Email address.'),
  display_name: z.string().max(255).optional().describe('Name for people.'),
  tags: Tags.optional().describe('Tags of the user, which filters find too.'),
  organization: z
    .strictObject({
      id: text.describe('Id of the organization in your product.'),
      display_name: z.string().max(255).optional().describe('Name for people.'),
    })
    .optional()
    .describe('Whom the user works for.'),
})

const EndUserAnswer = z.object({
  id: z.string().describe('Id of the user in your product.'),
  email: z.string().nullable().describe('Email address.'),
  display_name: z.string().nullable().describe('Name for people.'),
  tags: Texts.nullable().describe('Tags of the user.'),
  organization: z
    .object({
      id: z.string().describe('Id of the organization in your product.'),
      display_name: z.string().nullable().describe('Name for people.'),
    })
    .nullable()
    .describe('Whom the user works for.'),
})

/** A URL, or "" for none. */
const WebhookUrl = z.union([z.literal(''), z.url({ protocol: /^https?$/ }).max(2048)])

const known = {
  id: z
    .int()
    .describe(
      'A number for clients that keep one. It is made of `uid`, which is unique; the number may not be.',
    ),
  uid: z.string().describe('Random id, which is another one when the connection is deleted and made again.'),
  ...ownerFields,
  provider: z.string().describe('Provider of the integration.'),
  errors: z
    .array(
      z.object({
        type: z.string().describe('`auth`: the connection needs new credentials.'),
        log_id: z.string().describe('Always empty.'),
      }),
    )
    .describe('Empty, or one error: it needs new credentials.'),
  needs_reauth: z
    .object({
      since: instant('When they were refused'),
      reason: z.string().describe('For people: what the API said.'),
    })
    .nullable()
    .describe('Its credentials were refused for good; POST /connections with the same id gives it new ones.'),
  end_user: EndUserAnswer.nullable().describe('Whose access it is, in the words of your product.'),
  tags: Texts.describe('Texts by name.'),
  metadata: JsonObject.nullable().describe(
    'What you and your functions keep about the connection: any JSON object.',
  ),
}

/** How a function stands that runs at a moment of the connection. */
export const OnEventOutcome = z
  .object({
    name: z.string().describe('Name of the function.'),
    log_id: z.string().describe('Its log is at GET /runs/{log_id}/logs.'),
    state: z
      .enum(['waiting', 'done', 'failed', 'unknown'])
      .describe(
        '`waiting`: it has not ended, or is going to be tried again. `unknown`: its result can not be read now.',
      ),
    error: z.string().nullable().describe('Why it failed. Null: it did not.'),
  })
  .meta({ id: 'OnEventOutcome' })
export type OnEventOutcome = z.infer<typeof OnEventOutcome>

/** How functions ended that ran before many connections were deleted. */
export const DeletionCalls = z
  .object({
    done: z.int().describe('How many ended without an error.'),
    failed: z.int().describe('How many failed, or found no runner.'),
    skipped: z.int().describe('How many did not run, because the time for all of them had passed.'),
    failures: z
      .array(
        z.object({
          provider_config_key: z.string().describe('Key of the integration.'),
          connection_id: z.string().describe('Id of the connection that was deleted.'),
          name: z.string().describe('Name of the function.'),
          log_id: z.string().describe('Its log is at GET /runs/{log_id}/logs.'),
          error: z.string().describe('Why it failed.'),
        }),
      )
      .describe('The first 100 of those that failed. The log of the gateway names all.'),
  })
  .meta({ id: 'DeletionCalls' })
export type DeletionCalls = z.infer<typeof DeletionCalls>

/** The answer to the deletion of something that has connections. */
export const DeletedWithConnections = Success.extend({
  on_events: DeletionCalls.optional().describe(
    'Functions for `pre-connection-deletion` of its connections. Absent: there are none.',
  ),
})

/** A connection in a list: without its credentials. */
export const ConnectionSummary = z
  .object({
    ...known,
    created: instant('When it was made'),
  })
  .meta({ id: 'ConnectionSummary' })
export type ConnectionSummary = z.infer<typeof ConnectionSummary>

export const Connection = z
  .object({
    ...known,
    connection_config: JsonObject.describe(
      'Values that the templates of the provider take from the connection, such as a subdomain.',
    ),
    webhook_url_override: z
      .string()
      .nullable()
      .describe('Where webhooks about this connection go; null: where those of the environment go.'),
    created_at: instant('When it was made'),
    updated_at: instant('When it was changed last'),
    on_events: z
      .array(OnEventOutcome)
      .describe('Functions that run because it was created (`post-connection-creation`), for a day.'),
    credentials: z
      .union([Credentials, z.strictObject({})])
      .describe('Empty if the key lacks the scope `secrets`; `token` is absent then.'),
    last_fetched_at: Instant.nullable().describe(
      'When its credentials were read last, to the minute: ISO 8601 in UTC with milliseconds. Null: never.',
    ),
    token: z
      .object({
        access_token: z.string().describe('The token.'),
        expires_at: Instant.nullable().describe(
          'When it expires: ISO 8601 in UTC with milliseconds. Null: it is not known.',
        ),
      })
      .optional()
      .describe('The token that requests are sent with, where Syncline gets it with the credentials.'),
  })
  .meta({ id: 'Connection' })
export type Connection = z.infer<typeof Connection>

const place = {
  params: z.object({ connectionId: ConnectionId }),
  url: '/connections/:connectionId',
} as const

const createConnection = {
  method: 'POST',
  url: '/connections',
  summary: 'Make a connection, or give an existing one new credentials.',
  description:
    'With `verify=true` the API is asked first whether the credentials work, by the verify request of the provider. If it refuses them, ' +
    'or does not answer within 15 s, nothing is stored. Functions of the integration for `validate-connection` run before it is stored, and those for `post-connection-creation` after a new one is.',
  scope: 'operate',
  holdsSecrets: true,
  errors: [
    ...(['unknown_integration', 'too_large', 'connection_test_failed'] as const),
    ...(['connection_validation_failed', 'in_doubt', 'unavailable'] as const),
  ],
  schema: {
    querystring: z.strictObject({
      verify: z
        .stringbool()
        .default(false)
        .describe('true: store the connection only if its API accepts it.'),
    }),
    body: z.strictObject({
      provider_config_key: ProviderConfigKey,
      connection_id: ConnectionId.optional().describe(
        'Id of the connection, which is generated when absent. One that exists is overwritten.',
      ),
      credentials: Credentials.describe('Credentials of the form that the auth of the integration takes.'),
      metadata: JsonObject.optional().describe(
        'What your functions find as metadata: any JSON object, up to 256 KiB. Absent: what the connection has stays.',
      ),
      connection_config: JsonObject.optional().describe(
        'Values that the templates of the provider take from the connection, such as a subdomain; up to 64 KiB. Absent: what the connection has stays.',
      ),
      tags: Tags.optional().describe(
        'Up to 10 texts by name, in place of those before. Upper and lower case of names are one.',
      ),
      end_user: EndUserInput.optional().describe('Whose access it is, in the words of your product.'),
      webhook_url_override: WebhookUrl.optional().describe(
        'Where webhooks about this connection go: a URL, or empty for none.',
      ),
    }),
    response: { 201: Connection },
  },
} as const satisfies Route

const listConnections = {
  method: 'GET',
  url: '/connections',
  summary: 'List connections, newest first.',
  scope: 'read',
  schema: {
    querystring: z.strictObject({
      connectionId: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .describe('Only the connection with exactly this id.'),
      search: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .describe('Part of the connection id, or of the name or email address of the end user, in any case.'),
      integrationId: z
        .string()
        .max(2048)
        .regex(/^[^,]+(,[^,]+)*$/, 'must be keys separated by commas')
        .optional()
        .describe('Only those of these integrations: keys, separated by commas.'),
      endUserId: z.string().min(1).max(255).optional().describe('Only those of this user of your product.'),
      endUserOrganizationId: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .describe('Only those of users of this organization.'),
      tags: TagFilter.optional().describe(
        'Tags that the connection has to have: `tags[team]=a`. `end_user_id`, `end_user_email` and `end_user_display_name` count as tags.',
      ),
      limit: countInQuery(1, 2000).default(10_000).describe('Connections in a page.'),
      page: countInQuery(0, 1_000_000).default(0).describe('Number of the page, from 0.'),
    }),
    response: { 200: z.object({ connections: z.array(ConnectionSummary).describe('Newest first.') }) },
  },
} as const satisfies Route

const flag = z.stringbool().default(false)

const getConnection = {
  method: 'GET',
  url: place.url,
  summary: 'Get a connection with its credentials and a token that works.',
  description: 'Without the scope `secrets` its credentials are empty.',
  scope: 'read',
  holdsSecrets: true,
  errors: ['unknown_integration', 'unknown_connection', 'invalid_credentials'],
  schema: {
    params: place.params,
    querystring: z.strictObject({
      provider_config_key: ProviderConfigKey,
      refresh_token: flag.describe('true: show the refresh token too.'),
      force_refresh: flag.describe('true: get a new token in any case.'),
      refresh_github_app_jwt_token: flag.describe(
        'Sent by clients of other engines; a token that has expired is renewed without it.',
      ),
    }),
    // 424: it has no token that works, and the provider gives none now.
    response: { 200: Connection, 424: ErrorBody },
  },
} as const satisfies Route

const updateConnection = {
  method: 'PATCH',
  url: place.url,
  summary: 'Change the end user, the tags or the webhook URL of a connection.',
  description: 'What is given replaces all that was there: `tags` is the whole set.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'too_large'],
  schema: {
    params: place.params,
    querystring: z.strictObject({ provider_config_key: ProviderConfigKey }),
    body: z.strictObject({
      end_user: EndUserInput.optional().describe(
        'Whose access it is, in the words of your product, in place of what was there.',
      ),
      tags: Tags.optional().describe('The whole set of tags: up to 10 texts by name.'),
      webhook_url_override: WebhookUrl.optional().describe(
        'Where webhooks about this connection go: a URL, or empty for none.',
      ),
    }),
    response: { 200: Success },
  },
} as const satisfies Route

const deleteConnection = {
  method: 'DELETE',
  url: place.url,
  summary: 'Delete a connection with its schedules and records.',
  description:
    'Functions of the integration for `pre-connection-deletion` run first, for 30 s at most. However they end, it is deleted.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection'],
  schema: {
    params: place.params,
    querystring: z.strictObject({ provider_config_key: ProviderConfigKey }),
    response: {
      200: Success.extend({
        on_events: z
          .array(OnEventOutcome)
          .optional()
          .describe('Functions that ran before it was deleted. Absent: the integration has none.'),
      }),
    },
  },
} as const satisfies Route

const Metadata = z.strictObject({
  connection_id: z
    .union([ConnectionId, z.array(ConnectionId).min(1).max(100)])
    .describe('Id of a connection, or up to 100 of them. All are changed, or none.'),
  provider_config_key: ProviderConfigKey,
  metadata: JsonObject.describe('A JSON object. All that a connection has of it may take 256 KiB.'),
})

const setMetadata = {
  method: 'POST',
  url: '/connections/metadata',
  summary: 'Replace the metadata of connections.',
  description: "The answer is the request's body.",
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'too_large'],
  schema: { querystring: NoQuery, body: Metadata, response: { 201: Metadata } },
} as const satisfies Route

const updateMetadata = {
  method: 'PATCH',
  url: '/connections/metadata',
  summary: 'Change the given keys of the metadata of connections.',
  description: "Values that are objects are replaced as a whole. The answer is the request's body.",
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'too_large'],
  schema: { querystring: NoQuery, body: Metadata, response: { 200: Metadata } },
} as const satisfies Route

export const connectionRoutes = {
  createConnection,
  listConnections,
  getConnection,
  updateConnection,
  deleteConnection,
  setMetadata,
  updateMetadata,
}
