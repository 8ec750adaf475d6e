import { z } from 'zod'

// How to reach an external API. The same form in a provider file, in the REST API and in the catalog. All of it is strict,
// also when it is read from the catalog: a process that does not know a setting must not call the API without it.
//
// A text with `${…}` is a template: see libs/outgoing/src/template.ts for the names that it may use.

const name = z.string().min(1).max(255)
const template = z.string().min(1).max(8192)
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a valid name of a header')
const headerValue = z
  .string()
  .max(8192)
  .regex(
    /^[\t\x20-\x7e\x80-\xff]*$/,
    'must have no line breaks, no control characters and no characters beyond Latin-1',
  )
export const HeaderTemplates = z.record(headerName, headerValue)
const url = z
  .string()
  .max(2048)
  .regex(/^https?:\/\/./, 'must begin with http:// or https://')
/** JSON values; each text in them is a template. */
const templates = z.record(name, z.json())
/** `https://…`, or a part of the connection config that has all of it. */
const urlTemplate = z
  .string()
  .max(2048)
  .regex(
    /^(https?:\/\/.|\$\{connectionConfig\.)/,
    'must begin with https://, http:// or ${connectionConfig.…}',
  )

/** Where a token goes in a request. */
const Placement = z
  .discriminatedUnion('in', [
    z.strictObject({
      in: z.literal('header'),
      name: headerName.default('authorization'),
      prefix: z.string().max(255).default('Bearer '),
    }),
    z.strictObject({ in: z.literal('query'), name }),
  ])
  .default({ in: 'header', name: 'authorization', prefix: 'Bearer ' })
export type Placement = z.infer<typeof Placement>

/** The request that gives a token, and where its answer has it. An answer is JSON or form-encoded. */
export const TokenRequest = z.strictObject({
  url: urlTemplate,
  /** Where a refresh token is sent; `url` when absent. */
  refresh_url: urlTemplate.optional(),
  method: z.enum(['POST', 'GET']).default('POST'),
  /** How the params are sent: as the body, or in the query. */
  body: z.enum(['form', 'json', 'query', 'none']).default('form'),
  /**
   * Where client id and secret are sent: among the params, as HTTP basic, or not at all. `two_step` sends them only as
   * HTTP basic, and there user and password of BASIC credentials are sent so too.
   */
  client_auth: z.enum(['body', 'header', 'none']).default('body'),
  headers: HeaderTemplates.default({}),
  /** Sent with each token request, beside what the grant needs, which they may replace. */
  params: templates.default({}),
  /** The same with a refresh token only; when absent, `params`. */
  refresh_params: templates.optional(),
  /** Paths in the answer's body, such as `data.token`. */
  token_path: name.default('access_token'),
  /** Seconds, as number or text. */
  expires_in_path: name.default('expires_in'),
  /** An instant: ISO 8601, Unix seconds or Unix milliseconds. Wins over `expires_in_path`. */
  expires_at_path: name.optional(),
  refresh_token_path: name.default('refresh_token'),
  /** How long a token lives if the answer does not say. Without it, until the API refuses it. */
  lifetime_s: z.int().positive().optional(),
  /**
   * Statuses and error codes of the answer that mean that the connection needs new credentials, beside `invalid_grant` and its
   * like. Other failures pass: the request is repeated later.
   */
  refused_statuses: z.array(z.int().min(400).max(599)).max(20).optional(),
  refused_errors: z.array(name).max(50).optional(),
})
export type TokenRequest = z.infer<typeof TokenRequest>

/** A JWT that we sign. `iat` and `exp` are ours; what the claims say wins. */
export const SignedJwt = z.strictObject({
  algorithm: z.enum([
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'ES256',
    'ES384',
    'HS256',
    'HS384',
    'HS512',
    'EdDSA',
  ]),
  /** The key: PEM (PKCS #1, PKCS #8 or SEC 1), or the secret of HS algorithms. */
  key: template,
  /** The secret of HS algorithms is written as. */
  key_encoding: z.enum(['text', 'base64', 'hex']).default('text'),
  header: templates.default({}),
  claims: templates.default({}),
  lifetime_s: z.int().positive().max(86_400).default(3600),
})
export type SignedJwt = z.infer<typeof SignedJwt>

/**
 * How requests are authorized. The first five send what the connection has. The others send a token that is got and renewed by
 * libs/outgoing.
 */
export const AuthScheme = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('bearer') }),
  z.strictObject({ type: z.literal('basic') }),
  z.strictObject({ type: z.literal('header'), name: headerName, prefix: z.string().max(255).default('') }),
  z.strictObject({ type: z.literal('query'), name }),
  /** A token with a refresh token, from an authorization that somebody else has done. */
  z.strictObject({ type: z.literal('oauth2'), token: TokenRequest, placement: Placement }),
  z.strictObject({ type: z.literal('client_credentials'), token: TokenRequest, placement: Placement }),
  z.strictObject({ type: z.literal('password'), token: TokenRequest, placement: Placement }),
  /**
   * With `token`: the JWT is the assertion of a JWT bearer grant (RFC 7523), or, if a header of the token request is a template
   * with `${jwt}`, it authorizes that request. Without: it is the token.
   */
  z.strictObject({
    type: z.literal('jwt'),
    jwt: SignedJwt,
    token: TokenRequest.optional(),
    placement: Placement,
  }),
  /** A first call, written as templates over the credentials, gives a token. */
  z.strictObject({ type: z.literal('two_step'), token: TokenRequest, placement: Placement }),
  /** A URL of the user's own app gives the token; the request is signed with `callback_secret` of the app credentials. */
  z.strictObject({ type: z.literal('callback'), url, placement: Placement }),
])
export type AuthScheme = z.infer<typeof AuthScheme>

/** Defaults of `nango.paginate`; a call's own settings win. */
export const Pagination = z.strictObject({
  type: z.enum(['cursor', 'link', 'offset']),
  response_path: z.string().optional(),
  /** The API leaves `response_path` out of an answer without items. */
  optional_response_path: z.boolean().optional(),
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

const headerNames = z.union([headerName, z.array(headerName).max(10)])

/** Which answers of the API mean "try again later", and which response headers say when. */
export const Retry = z.strictObject({
  /** Statuses worth a retry beside 429 and 5xx. */
  statuses: z.array(z.int().min(400).max(599)).max(50).optional(),
  /** Headers with the seconds to wait, beside `retry-after`. */
  after: headerNames.optional(),
  /** Headers with the Unix second, or the date, from which it may be tried again. They count when the budget is used up. */
  at: headerNames.optional(),
  /** Headers that count down; at 0 the budget is used up. */
  remaining: headerNames.optional(),
})
export type Retry = z.infer<typeof Retry>

/** How many requests the API allows. All runners keep to it together. */
export const Budget = z.strictObject({
  /** Who shares it: all connections of the integration, each connection, or a template over the connection. */
  key: z.union([z.enum(['app', 'connection']), template]).default('connection'),
  requests: z.int().positive().max(1_000_000),
  /** Seconds. */
  per_s: z.number().positive().max(86_400).default(1),
})
export type Budget = z.infer<typeof Budget>

/** A request that works if, and only if, a connection does. */
export const Verify = z.strictObject({
  method: z.enum(['GET', 'POST']).default('GET'),
  /** Below the base URL, or a full URL. */
  path: template.regex(/^(\/|\?|https:\/\/)/, "must begin with '/', '?' or 'https://'"),
  headers: HeaderTemplates.default({}),
  /** Sent as JSON. */
  data: z.unknown().optional(),
  /** Statuses that mean that the connection works; default 200 to 299. */
  statuses: z.array(z.int().min(200).max(599)).min(1).max(50).optional(),
  /** What the answer must have besides, by path: some APIs refuse with status 200. */
  expect: z.record(name, z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
})
export type Verify = z.infer<typeof Verify>

/** A part of the connection config that templates use. */
const ConfigPart = z.strictObject({
  /** For people who create connections. */
  description: z.string().min(1).max(1000),
  /** RE2; the whole value must match. */
  pattern: z.string().min(1).max(500).optional(),
  example: z.string().min(1).max(255).optional(),
})
export type ConfigPart = z.infer<typeof ConfigPart>
const ConfigParts = z.record(
  z.string().regex(/^[\w.-]{1,64}$/, 'must be of letters, digits, _ . -'),
  ConfigPart,
)

/** A whole top-level domain is none: `*.com` would be everybody's. */
const hostPattern = z
  .string()
  .max(255)
  .regex(
    /^(\*(\.[a-z0-9_-]+){2,}|[a-z0-9._-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/i,
    "must be a host, 'host:port' or '*.domain', such as files.acme.example or *.acme.example",
  )

/** An external API, as an integration reaches it. */
export const ApiSettings = z.strictObject({
  baseUrl: urlTemplate,
  /** What the templates take from the connection config of a connection, by name. */
  connectionConfig: ConfigParts.optional(),
  /** Hosts beside that of the base URL that may get credentials: `host`, `host:port` or `*.domain`; https only. */
  allowedHosts: z.array(hostPattern).max(100).default([]),
  auth: AuthScheme.default({ type: 'none' }),
  headers: HeaderTemplates.default({}),
  /** Functions may read tokens by `getToken` and `getConnection`. */
  exposeTokens: z.boolean().optional(),
  pagination: Pagination.optional(),
  retry: Retry.optional(),
  budget: Budget.optional(),
  verify: Verify.optional(),
  /** How late the API may show a change. Incremental reads look back so far. */
  consistencyLagMs: z.int().nonnegative().optional(),
})
export type ApiSettings = z.infer<typeof ApiSettings>
