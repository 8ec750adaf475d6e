import { z } from 'zod'

const instant = z.iso.datetime()

export const Environment = z.object({ name: z.string(), createdAt: instant })
export type Environment = z.infer<typeof Environment>

/** The key itself is shown once, when it is made; only its hash is stored. */
export const ApiKey = z.object({
  hash: z.string(),
  environment: z.string(),
  label: z.string(),
  /** The last characters: people tell keys apart by them. */
  hint: z.string(),
  createdAt: instant,
})
export type ApiKey = z.infer<typeof ApiKey>

export const Variable = z.object({ environment: z.string(), name: z.string(), sealedValue: z.string() })
export type Variable = z.infer<typeof Variable>

/** Where the credentials of a connection go in a request. */
export const AuthScheme = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('bearer') }),
  z.object({ type: z.literal('basic') }),
  z.object({ type: z.literal('header'), name: z.string(), prefix: z.string().default('') }),
  z.object({ type: z.literal('query'), name: z.string() }),
])
export type AuthScheme = z.infer<typeof AuthScheme>

/** Defaults of `nango.paginate`; a call's own settings win. */
export const Pagination = z.object({
  type: z.enum(['cursor', 'link', 'offset']),
  response_path: z.string().optional(),
  limit: z.number().int().positive().optional(),
  limit_name_in_request: z.string().optional(),
  in_body: z.boolean().optional(),
  cursor_name_in_request: z.string().optional(),
  cursor_path_in_response: z.string().optional(),
  link_rel_in_response_header: z.string().optional(),
  link_path_in_response_body: z.string().optional(),
  offset_name_in_request: z.string().optional(),
  offset_start_value: z.number().optional(),
  offset_calculation_method: z.enum(['per-page', 'by-response-size']).optional(),
})
export type Pagination = z.infer<typeof Pagination>

/** Which answers of the external API mean "try again later", and which response header has the time. */
export const Retry = z.object({
  /** Statuses worth a retry instead of 401, 429 and 5xx. */
  statuses: z.array(z.number().int()).optional(),
  /** Header with the seconds to wait. */
  after: z.string().optional(),
  /** Header with the Unix second from which it may be tried again. */
  at: z.string().optional(),
  /** Header that counts down; at 0 the budget is used up. */
  remaining: z.string().optional(),
})
export type Retry = z.infer<typeof Retry>

export const Integration = z.object({
  environment: z.string(),
  key: z.string(),
  provider: z.string(),
  displayName: z.string(),
  /** May hold `${connectionConfig.<name>}`. */
  baseUrl: z.string(),
  auth: AuthScheme,
  headers: z.record(z.string(), z.string()),
  pagination: Pagination.optional(),
  retry: Retry.optional(),
  createdAt: instant,
  updatedAt: instant,
})
export type Integration = z.infer<typeof Integration>

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
    access_token: z.string().min(1),
    refresh_token: z.string().optional(),
    expires_at: z.union([z.iso.datetime({ offset: true }), z.number()]).optional(),
  }),
])
export type Credentials = z.infer<typeof Credentials>

export const Connection = z.object({
  /** Random, new for each connection: records and schedules refer to it. */
  uid: z.string(),
  environment: z.string(),
  integration: z.string(),
  id: z.string(),
  /** JSON of `Credentials`. */
  sealedCredentials: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  connectionConfig: z.record(z.string(), z.unknown()),
  tags: z.record(z.string(), z.string()),
  createdAt: instant,
  updatedAt: instant,
})
export type Connection = z.infer<typeof Connection>

/** A deployed sync function. */
export const Sync = z.object({
  environment: z.string(),
  integration: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.string(),
  models: z.array(z.string()),
  /** Default frequency, in the grammar of @syncline/frequency. */
  frequency: z.string(),
  autoStart: z.boolean(),
  /** The deprecated `trackDeletes` of a sync: after a success, what the run did not see is deleted. */
  trackDeletes: z.boolean(),
  /** Key of the bundle: sha256 of its text, in hex. */
  bundle: z.string(),
  deployedAt: instant,
})
export type Sync = z.infer<typeof Sync>
