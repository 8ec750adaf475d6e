import { z } from 'zod'
import { JsonObject } from './json-object.ts'

const secret = z.string().min(1).max(65_536)
const fields = z.record(z.string().min(1).max(255), secret)
const expiry = z.union([z.iso.datetime({ offset: true }), z.number()])
/** Of an app of the customer's own. */
const ownApp = z.strictObject({ client_id: secret.optional(), client_secret: secret.optional() }).optional()
/** What the provider has answered when it gave them. */
const raw = JsonObject.optional()

/** Credentials of a connection, as they are given to us. */
export const Credentials = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('NONE') }),
  z.strictObject({ type: z.literal('API_KEY'), apiKey: z.string().min(1).max(1024) }),
  z.strictObject({
    type: z.literal('BASIC'),
    username: z.string().max(1024),
    password: z.string().max(1024),
  }),
  z.strictObject({
    type: z.literal('OAUTH2'),
    access_token: secret,
    refresh_token: secret.optional(),
    expires_at: expiry.optional(),
    config_override: ownApp,
    raw,
  }),
  z.strictObject({
    type: z.literal('OAUTH2_CC'),
    client_id: secret,
    client_secret: secret,
    client_certificate: secret.optional(),
    client_private_key: secret.optional(),
    token: secret.optional(),
    expires_at: expiry.optional(),
    raw,
  }),
  z.strictObject({
    type: z.literal('OAUTH1'),
    oauth_token: secret,
    oauth_token_secret: secret,
    raw,
  }),
  z.strictObject({
    type: z.literal('TBA'),
    token_id: secret,
    token_secret: secret,
    config_override: ownApp,
  }),
  /** An installation of an app whose key the integration has. */
  z.strictObject({ type: z.literal('APP'), app_id: secret, installation_id: secret }),
  /** For `jwt` and `two_step`: what their templates use, by name. */
  z.object({ type: z.literal('CUSTOM') }).catchall(secret),
  /** The token comes from the user's own app. */
  z.strictObject({ type: z.literal('CALLBACK') }),
])
export type Credentials = z.infer<typeof Credentials>

/** A token that we got with the credentials. */
export const Token = z.object({
  accessToken: secret,
  refreshToken: secret.optional().describe('It replaces the one of the credentials.'),
  expiresAt: z.number().optional().describe('Unix milliseconds; absent = until the API refuses it.'),
  obtainedAt: z
    .number()
    .describe('Unix milliseconds; 0 = the connection was made with it, nobody knows when.'),
})
export type Token = z.infer<typeof Token>

/** Of an OAuth2 app, or an app whose installations are connections. */
export const AppCredentials = z.object({
  client_id: secret.optional(),
  client_secret: secret.optional(),
  private_key: secret.optional(),
  /** Signs requests to the user's own app: `whsec_` and 24 to 64 bytes in base64. */
  callback_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64')
    .optional(),
  fields: fields.optional().describe('Other secrets that templates use.'),
})
export type AppCredentials = z.infer<typeof AppCredentials>
