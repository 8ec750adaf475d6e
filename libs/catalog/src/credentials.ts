import { z } from 'zod'
import { JsonObject } from './json-object.ts'

const secret = z.string().min(1).max(65_536)
const fields = z.record(z.string().min(1).max(255), secret)
const expiry = z.union([z.iso.datetime({ offset: true }), z.number()])
/** Of an app of the customer's own. */
const ownApp = z
  .strictObject({
    client_id: secret.optional().describe('Id of the OAuth client.'),
    client_secret: secret.optional().describe('Secret of the OAuth client.'),
  })
  .optional()
const raw = JsonObject.optional().describe('What the provider has answered when it gave them.')

/** Credentials of a connection, as they are given to us. */
export const Credentials = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('NONE').describe('The API is public.') }),
    z.strictObject({
      type: z.literal('API_KEY').describe('An API key.'),
      apiKey: z.string().min(1).max(1024).describe('The key, up to 1 024 characters.'),
    }),
    z.strictObject({
      type: z.literal('BASIC').describe('A user and a password.'),
      username: z.string().max(1024).describe('May be empty.'),
      password: z.string().max(1024).describe('May be empty.'),
    }),
    z.strictObject({
      type: z.literal('OAUTH2').describe('Tokens of an OAuth 2 authorization.'),
      access_token: secret.describe('The access token.'),
      refresh_token: secret.optional().describe('Renews the access token.'),
      expires_at: expiry
        .optional()
        .describe(
          'When the access token ends: ISO 8601, Unix seconds or Unix milliseconds. Absent: nobody knows.',
        ),
      config_override: ownApp.describe('An OAuth client of its own, in place of that of the integration.'),
      raw,
    }),
    z.strictObject({
      type: z.literal('OAUTH2_CC').describe('Client id and secret: Syncline gets the token.'),
      client_id: secret.describe('Id of the client.'),
      client_secret: secret.describe('Secret of the client.'),
      client_certificate: secret.optional().describe('Kept, for templates.'),
      client_private_key: secret.optional().describe('Kept, for templates.'),
      token: secret.optional().describe('A token that was got already.'),
      expires_at: expiry
        .optional()
        .describe('When that token ends: ISO 8601, Unix seconds or Unix milliseconds.'),
      raw,
    }),
    z.strictObject({
      type: z
        .literal('OAUTH1')
        .describe(
          'Tokens of an OAuth 1 authorization: kept for those who read them. Syncline signs no OAuth 1 requests.',
        ),
      oauth_token: secret.describe('The token.'),
      oauth_token_secret: secret.describe('Its secret.'),
      raw,
    }),
    z.strictObject({
      type: z
        .literal('TBA')
        .describe(
          'Tokens of a token-based authorization: kept for those who read them. Syncline signs no such requests.',
        ),
      token_id: secret.describe('Id of the token.'),
      token_secret: secret.describe('Its secret.'),
      config_override: ownApp.describe('A client of its own, in place of that of the integration.'),
    }),
    z.strictObject({
      type: z.literal('APP').describe('An installation of an app whose key the integration has.'),
      app_id: secret.describe('Id of the app.'),
      installation_id: secret.describe('Id of the installation.'),
    }),
    z
      .object({
        type: z
          .literal('CUSTOM')
          .describe('What templates and functions use, as further fields with texts or objects.'),
      })
      .catchall(z.union([secret, JsonObject])),
    z.strictObject({ type: z.literal('CALLBACK').describe('The token comes from your own app.') }),
  ])
  .meta({ id: 'Credentials' })
export type Credentials = z.infer<typeof Credentials>

/** A token that we got with the credentials. */
export const Token = z.object({
  accessToken: secret,
  refreshToken: secret.optional().describe('It replaces the one of the credentials.'),
  expiresAt: z.number().optional().describe('Unix milliseconds; absent = until the API refuses it.'),
  obtainedAt: z
    .number()
    .describe('Unix milliseconds; 0 = the connection was made with it, nobody knows when.'),
  raw: raw.describe(
    'What else the provider has answered when it gave the token. It replaces the same fields of `raw` of the credentials.',
  ),
})
export type Token = z.infer<typeof Token>

/** Of an OAuth2 app, or an app whose installations are connections. */
export const AppCredentials = z.object({
  client_id: secret.optional().describe('Id of the OAuth client.'),
  client_secret: secret.optional().describe('Secret of the OAuth client.'),
  private_key: secret.optional().describe('Key that JWTs are signed with, as PEM.'),
  callback_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64')
    .optional()
    .describe('Signs requests to your own app: `whsec_` and 24 to 64 bytes in base64.'),
  fields: fields.optional().describe('Other secrets that templates use.'),
})
export type AppCredentials = z.infer<typeof AppCredentials>
