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
const templates = z.record(name, z.json().meta({ id: 'Json', description: 'Any JSON value.' }))
/** `https://…`, or a part of the connection config that has all of it; several of them, separated by ` || `. */
const urlTemplate = z
  .string()
  .max(2048)
  .regex(
    /^((^|\|\| *)(https?:\/\/[^|]|\$\{connectionConfig\.)((?!\|\|)[\s\S])*)+$/,
    'must begin with https://, http:// or ${connectionConfig.…}, and so must each alternative behind ||',
  )

/** Where a token goes in a request. */
const Placement = z
  .discriminatedUnion('in', [
    z.strictObject({
      in: z.literal('header').describe('In a header.'),
      name: headerName.default('authorization').describe('Name of the header.'),
      prefix: z.string().max(255).default('Bearer ').describe('What stands before the token.'),
    }),
    z.strictObject({
      in: z.literal('query').describe('In the query.'),
      name: name.describe('Name of the parameter.'),
    }),
  ])
  .meta({ id: 'Placement' })
  .default({ in: 'header', name: 'authorization', prefix: 'Bearer ' })
export type Placement = z.infer<typeof Placement>

/** The request that gives a token, and where its answer has it. An answer is JSON or form-encoded. */
export const TokenRequest = z
  .strictObject({
    url: urlTemplate.describe('URL of the token endpoint. May be a template.'),
    refresh_url: urlTemplate.optional().describe('Where a refresh token is sent; `url` when absent.'),
    method: z.enum(['POST', 'GET']).default('POST').describe('Method of the request.'),
    body: z
      .enum(['form', 'json', 'query', 'none'])
      .default('form')
      .describe('How the params are sent: as the body, or in the query.'),
    client_auth: z
      .enum(['body', 'header', 'none'])
      .default('body')
      .describe(
        'Where client id and secret are sent: among the params, as HTTP basic, or not at all. `two_step` sends them only as HTTP basic, and there user and password of BASIC credentials are sent so too.',
      ),
    headers: HeaderTemplates.default({}).describe('Headers of the request. Values are templates.'),
    params: templates
      .default({})
      .describe('Sent with each token request, beside what the grant needs, which they may replace.'),
    refresh_params: templates
      .optional()
      .describe('The same with a refresh token only; when absent, `params`.'),
    token_path: name.default('access_token').describe("Paths in the answer's body, such as `data.token`."),
    expires_in_path: name.default('expires_in').describe('Seconds, as number or text.'),
    expires_at_path: name
      .optional()
      .describe('An instant: ISO 8601, Unix seconds or Unix milliseconds. Wins over `expires_in_path`.'),
    refresh_token_path: name.default('refresh_token').describe('Path of the refresh token in the answer.'),
    lifetime_s: z
      .int()
      .positive()
      .optional()
      .describe('How long a token lives if the answer does not say. Without it, until the API refuses it.'),
    refused_statuses: z
      .array(z.int().min(400).max(599))
      .max(20)
      .optional()
      .describe(
        'Statuses and error codes of the answer that mean that the connection needs new credentials, beside `invalid_grant` and its like. Other failures pass: the request is repeated later.',
      ),
    refused_errors: z
      .array(name)
      .max(50)
      .optional()
      .describe(
        'Error codes of the answer, beside `invalid_grant` and its like, that mean that the connection needs new credentials.',
      ),
  })
  .meta({ id: 'TokenRequest' })
export type TokenRequest = z.infer<typeof TokenRequest>

/** A JWT that we sign. `iat` and `exp` are ours; what the claims say wins. */
export const SignedJwt = z
  .strictObject({
    algorithm: z
      .enum(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'HS256', 'HS384', 'HS512', 'EdDSA'])
      .describe('How it is signed.'),
    key: template.describe('The key: PEM (PKCS #1, PKCS #8 or SEC 1), or the secret of HS algorithms.'),
    key_encoding: z
      .enum(['text', 'base64', 'hex'])
      .default('text')
      .describe('The secret of HS algorithms is written as.'),
    header: templates.default({}).describe('Further fields of the header. Texts are templates.'),
    claims: templates.default({}).describe('The claims. Texts are templates.'),
    lifetime_s: z.int().positive().max(86_400).default(3600).describe('How long it is valid, in seconds.'),
  })
  .meta({ id: 'SignedJwt' })
export type SignedJwt = z.infer<typeof SignedJwt>

/**
 * How requests are authorized. The first five send what the connection has. The others send a token that is got and renewed by
 * libs/outgoing.
 */
export const AuthScheme = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none').describe('Requests carry no credentials.') }),
    z.strictObject({ type: z.literal('bearer').describe('An API key or token as `Authorization: Bearer`.') }),
    z.strictObject({
      type: z.literal('basic').describe('User and password, or an API key as the user, as HTTP basic.'),
    }),
    z.strictObject({
      type: z.literal('header').describe('An API key or token in a header.'),
      name: headerName.describe('Name of the header.'),
      prefix: z.string().max(255).default('').describe('What stands before the key.'),
    }),
    z.strictObject({
      type: z.literal('query').describe('An API key or token in the query.'),
      name: name.describe('Name of the parameter.'),
    }),
    z.strictObject({
      type: z
        .literal('oauth2')
        .describe('A token with a refresh token, from an authorization that somebody else has done.'),
      token: TokenRequest.describe('The request that renews the token.'),
      placement: Placement.describe('Where the token goes in a request.'),
    }),
    z.strictObject({
      type: z.literal('client_credentials').describe('A token for client id and secret of the connection.'),
      token: TokenRequest.describe('The request that gives the token.'),
      placement: Placement.describe('Where the token goes in a request.'),
    }),
    z.strictObject({
      type: z.literal('password').describe('A token for user and password of the connection.'),
      token: TokenRequest.describe('The request that gives the token.'),
      placement: Placement.describe('Where the token goes in a request.'),
    }),
    z.strictObject({
      type: z.literal('jwt').describe('A JWT that we sign: the token itself, or what a token is given for.'),
      jwt: SignedJwt.describe('The JWT.'),
      token: TokenRequest.optional().describe(
        'The JWT is the assertion of a JWT bearer grant (RFC 7523), or, if a header of this request is a template with `${jwt}`, it authorizes this request. Absent: the JWT is the token.',
      ),
      placement: Placement.describe('Where the token goes in a request.'),
    }),
    z.strictObject({
      type: z
        .literal('two_step')
        .describe('A first call, written as templates over the credentials, gives a token.'),
      token: TokenRequest.describe('The first call.'),
      placement: Placement.describe('Where the token goes in a request.'),
    }),
    z.strictObject({
      type: z
        .literal('callback')
        .describe('A URL of your own app gives the token. The request is signed with `callback_secret`.'),
      url: url.describe('URL of your own app.'),
      placement: Placement.describe('Where the token goes in a request.'),
    }),
  ])
  .meta({ id: 'AuthScheme' })
export type AuthScheme = z.infer<typeof AuthScheme>

/** Defaults of `nango.paginate`; a call's own settings win. */
export const Pagination = z
  .strictObject({
    type: z
      .enum(['cursor', 'link', 'offset'])
      .describe('How a list goes on: by a cursor, by a link, or by an offset.'),
    response_path: z.string().optional().describe('Path of the items in an answer.'),
    optional_response_path: z
      .boolean()
      .optional()
      .describe('The API leaves `response_path` out of an answer without items.'),
    limit: z.number().int().positive().optional().describe('Items in a page.'),
    limit_name_in_request: z.string().optional().describe('Parameter that says how many items a page has.'),
    in_body: z.boolean().optional().describe('Parameters are sent in the body and not in the query.'),
    cursor_name_in_request: z.string().optional().describe('Parameter that takes the cursor.'),
    cursor_path_in_response: z.string().optional().describe('Path of the next cursor in an answer.'),
    link_rel_in_response_header: z
      .string()
      .optional()
      .describe('Relation of the link to the next page in the `Link` header.'),
    link_path_in_response_body: z
      .string()
      .optional()
      .describe('Path of the URL of the next page in an answer.'),
    offset_name_in_request: z.string().optional().describe('Parameter that takes the offset.'),
    offset_start_value: z.number().optional().describe('Offset of the first page.'),
    offset_calculation_method: z
      .enum(['per-page', 'by-response-size'])
      .optional()
      .describe('By what the offset grows: 1 for each page, or the items of the page.'),
  })
  .meta({ id: 'PaginationSettings' })
export type Pagination = z.infer<typeof Pagination>

const headerNames = z.union([headerName, z.array(headerName).max(10)])

/** Which answers of the API mean "try again later", and which response headers say when. */
export const Retry = z
  .strictObject({
    statuses: z
      .array(z.int().min(400).max(599))
      .max(50)
      .optional()
      .describe('Statuses worth a retry beside 429 and 5xx.'),
    after: headerNames.optional().describe('Headers with the seconds to wait, beside `retry-after`.'),
    at: headerNames
      .optional()
      .describe(
        'Headers with the Unix second, or the date, from which it may be tried again. They count when the budget is used up.',
      ),
    remaining: headerNames.optional().describe('Headers that count down; at 0 the budget is used up.'),
  })
  .meta({ id: 'RetrySettings' })
export type Retry = z.infer<typeof Retry>

/** How many requests the API allows. All runners keep to it together. */
export const Budget = z.strictObject({
  key: z
    .union([z.enum(['app', 'connection']), template])
    .default('connection')
    .describe(
      'Who shares it: all connections of the integration, each connection, or a template over the connection.',
    ),
  requests: z.int().positive().max(1_000_000).describe('How many requests.'),
  per_s: z.number().positive().max(86_400).default(1).describe('Seconds.'),
})
export type Budget = z.infer<typeof Budget>

/** A request that works if, and only if, a connection does. */
export const Verify = z
  .strictObject({
    method: z.enum(['GET', 'POST']).default('GET').describe('Method of the request.'),
    path: template
      .regex(/^(\/|\?|https:\/\/)/, "must begin with '/', '?' or 'https://'")
      .describe('Path below the base URL, or a full URL.'),
    headers: HeaderTemplates.default({}).describe('Headers of the request. Values are templates.'),
    data: z.unknown().optional().describe('Body of the request, sent as JSON.'),
    statuses: z
      .array(z.int().min(200).max(599))
      .min(1)
      .max(50)
      .optional()
      .describe('Statuses that mean that the connection works; default 200 to 299.'),
    expect: z
      .record(name, z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .optional()
      .describe('What the answer must have besides, by path: some APIs refuse with status 200.'),
  })
  .meta({ id: 'VerifyRequest' })
export type Verify = z.infer<typeof Verify>

/** A part of the connection config that templates use. */
const ConfigPart = z.strictObject({
  description: z.string().min(1).max(1000).describe('For people who create connections.'),
  pattern: z.string().min(1).max(500).optional().describe('RE2; the whole value must match.'),
  example: z.string().min(1).max(255).optional().describe('A value that fits.'),
})
export type ConfigPart = z.infer<typeof ConfigPart>
const ConfigParts = z.record(
  z.string().regex(/^[\w.-]{1,64}$/, 'must be of letters, digits, _ . -'),
  ConfigPart,
)

/** Not a whole top-level domain: `*.com` would be everybody's. */
const hostPattern = z
  .string()
  .max(255)
  .regex(
    /^(\*(\.[a-z0-9_-]+){2,}|[a-z0-9._-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/i,
    "must be a host, 'host:port' or '*.domain', such as files.acme.example or *.acme.example",
  )

/** An external API, as an integration reaches it. */
export const ApiSettings = z.strictObject({
  baseUrl: urlTemplate.describe(
    'URL that paths of requests are put behind. May be a template, with alternatives: `https://${connectionConfig.host} || https://acme.example` is the first one whose values are all there.',
  ),
  connectionConfig: ConfigParts.optional().describe(
    'What the templates take from the connection config of a connection, by name.',
  ),
  allowedHosts: z
    .array(hostPattern)
    .max(100)
    .default([])
    .describe(
      'Hosts beside that of the base URL that may get credentials: `host`, `host:port` or `*.domain`; https only.',
    ),
  auth: AuthScheme.default({ type: 'none' }).describe('How requests are authorized.'),
  headers: HeaderTemplates.default({}).describe('Headers of each request. Values are templates.'),
  exposeTokens: z
    .boolean()
    .optional()
    .describe('Functions may read tokens by `getToken` and `getConnection`.'),
  pagination: Pagination.optional().describe('Defaults of `nango.paginate`.'),
  retry: Retry.optional().describe('Which answers are worth another try.'),
  budget: Budget.optional().describe('How many requests the API allows.'),
  verify: Verify.optional().describe('A request that works if, and only if, a connection does.'),
  consistencyLagMs: z
    .int()
    .nonnegative()
    .optional()
    .describe('How late the API may show a change. Incremental reads look back so far.'),
})
export type ApiSettings = z.infer<typeof ApiSettings>
