import { z } from 'zod'

const secret = z.string().min(1).max(65_536)
const fields = z.record(z.string().min(1).max(255), secret)
const expiry = z.union([z.iso.datetime({ offset: true }), z.number()])

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
    /** Of an app of the customer's own. */
    config_override: z
      .strictObject({ client_id: secret.optional(), client_secret: secret.optional() })
      .optional(),
  }),
  z.strictObject({
    type: z.literal('OAUTH2_CC'),
    client_id: secret,
    client_secret: secret,
    token: secret.optional(),
    expires_at: expiry.optional(),
  }),
  /** For `jwt` and `two_step`: what their templates use, by name. */
  z.object({ type: z.literal('CUSTOM') }).catchall(secret),
  /** The token comes from the user's own app. */
  z.strictObject({ type: z.literal('CALLBACK') }),
])
export type Credentials = z.infer<typeof Credentials>

/** A token that we got with the credentials. */
export const Token = z.object({
  accessToken: secret,
  /** Unix milliseconds; absent = until the API refuses it. */
  expiresAt: z.number().optional(),
  obtainedAt: z.number(),
})
export type Token = z.infer<typeof Token>

/** Of an OAuth2 app, or an app whose installations are connections. */
export const AppCredentials = z.object({
  client_id: secret.optional(),
  client_secret: secret.optional(),
  private_key: secret.optional(),
  /** Other secrets that templates use. */
  fields: fields.optional(),
})
export type AppCredentials = z.infer<typeof AppCredentials>
