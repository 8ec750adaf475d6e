import { codes, type ErrorCode } from '@syncline/errors'
import { ProviderFields, ProviderFile } from '@syncline/providers/provider-file'
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi'
import { ErrorBody } from './answers.ts'
import { errorMeanings } from './error-meanings.ts'
import { examples } from './example-bodies/index.ts'
import type { Route } from './route.ts'
import { routeGroups } from './routes.ts'

const VERSION = '1.0.0'

/** The REST API as an OpenAPI 3.1 document, made of the contracts that the gateway checks requests with. */
export function openApi(limits: { records: number }): ReturnType<typeof createDocument> {
  const groups = Object.entries(routeGroups(limits))
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [tag, routes] of groups) {
    for (const [name, route] of Object.entries<Route>(routes)) {
      const path = route.url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, tag, route) }
    }
  }
  const document = createDocument(
    {
      openapi: '3.1.1',
      info: { title: 'Syncline', version: VERSION, description: DESCRIPTION, license: LICENSE },
      servers: [{ url: '/', description: 'This gateway' }],
      tags: groups.map(([name]) => ({ name })),
      components: { securitySchemes: { key: KEY }, examples: errorExamples() },
      paths,
    },
    {
      // A stored value may be any JSON.
      allowEmptySchema: { any: true, unknown: true, transform: true, custom: true },
      // An answer may get further fields: a client has to pass over what it does not know.
      override: ({ jsonSchema, zodSchema, io }) => {
        if (zodSchema === ProviderFile) Object.assign(jsonSchema, providerFile())
        if (io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties
      },
    },
  )
  keepReferencesPlain(document)
  return document
}

/** `ProviderFile` is a check without a schema of its own. The named schemas that its fields refer to are in requests of integrations too. */
function providerFile(): object {
  const { $schema, $defs, ...fields } = z.toJSONSchema(ProviderFields, { io: 'input' })
  return JSON.parse(JSON.stringify(fields).replaceAll('"#/$defs/', '"#/components/schemas/'))
}

/** Where a named schema has a description of its own, zod repeats beside the reference that no field may be added: see above. */
function keepReferencesPlain(part: unknown): void {
  if (typeof part !== 'object' || part === null) return
  if ('$ref' in part && 'additionalProperties' in part) delete part.additionalProperties
  for (const each of Object.values(part)) keepReferencesPlain(each)
}

const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' }
const KEY = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key of one environment. What it may do is its scopes; each operation names the one that it needs.',
} as const
const DESCRIPTION = [
  'Syncline runs sync functions against SaaS APIs and serves the records that they save.',
  '',
  'Every error has one shape: `{"error": {"code", "message", "request_id", "errors"?}}`. Programs read the `code`;',
  'the `message` says what to do. Lists give a `next_cursor`, which is null at their end.',
].join('\n')

function operation(name: string, tag: string, route: Route): ZodOpenApiOperationObject {
  const { params, querystring, headers, body } = route.schema
  const needs = route.scope === 'none' ? 'Needs no key.' : `Needs the scope \`${route.scope}\`.`
  return {
    operationId: name,
    tags: [tag],
    summary: route.summary,
    description: [route.description, needs].filter(Boolean).join('\n\n'),
    ...(route.deprecated && { deprecated: true }),
    security: route.scope === 'none' ? [] : [{ key: [route.scope] }],
    // All of these are schemas of objects; a `Route` allows any.
    requestParams: {
      ...(params && { path: params as z.ZodObject }),
      ...(querystring && { query: querystring as z.ZodObject }),
      ...((headers || takesIdempotencyKey(route)) && {
        header: z.object({
          ...(headers as z.ZodObject | undefined)?.shape,
          ...(takesIdempotencyKey(route) && { 'Idempotency-Key': IDEMPOTENCY_KEY }),
        }),
      }),
    },
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: body, ...exampleOf(name, 'body') } },
      },
    }),
    responses: { ...errors(route), ...answers(name, route) },
  }
}

function exampleOf(name: string, part: 'body' | number): { example?: unknown } {
  const example = examples[name as keyof typeof examples]?.[part]
  return example === undefined ? {} : { example }
}

function answers(name: string, { schema }: Route): ZodOpenApiResponsesObject {
  const entries = Object.entries(schema.response).map(([status, answer]) => {
    const isEmpty = answer instanceof z.ZodUndefined
    return [
      status,
      {
        description: meanings[status] ?? 'The answer.',
        ...(!isEmpty && {
          content: { 'application/json': { schema: answer, ...exampleOf(name, Number(status)) } },
        }),
      },
    ] as const
  })
  return Object.fromEntries(entries)
}

const meanings: Record<string, string> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Accepted: it is stored and will be done, but it is not done yet.',
  424: 'The connection has no token that works: its provider refuses to give one, or does not answer.',
  503: 'Something that the API needs does not answer.',
}

const IDEMPOTENCY_KEY = z.string().min(1).max(255).optional().meta({
  description:
    'Printable ASCII. The request is carried out once: its answer is kept for a day (of a key that begins with `retry-`, for ten minutes) and given to later ones with the same key.',
})

/** One that passes a body on passes the key on, too. */
const takesIdempotencyKey = ({ method, scope, rawBody }: Pick<Route, 'method' | 'scope' | 'rawBody'>) =>
  method === 'POST' && scope !== 'none' && !rawBody

/** What every route may answer, according to what it reads. */
export function commonErrors(route: Route): ErrorCode[] {
  const { method, scope, schema } = route
  const hasQuery = schema.querystring !== undefined
  return [
    ...(hasQuery ? (['invalid_query_params'] as const) : []),
    ...(schema.headers ? (['invalid_headers'] as const) : []),
    ...(schema.params ? (['invalid_uri_params'] as const) : []),
    ...(schema.body ? (['invalid_body'] as const) : []),
    ...(method === 'GET' ? [] : (['invalid_json', 'invalid_content_type', 'body_too_large'] as const)),
    ...(scope === 'none'
      ? []
      : ([
          'missing_auth_header',
          'malformed_auth_header',
          'unknown_api_key',
          'no_session',
          'forbidden',
          'too_many_requests',
        ] as const)),
    ...(takesIdempotencyKey(route)
      ? ([
          'invalid_headers',
          'request_in_progress',
          'idempotency_key_reused',
          'idempotency_store_full',
        ] as const)
      : []),
    ...(['unavailable', 'deadline_exceeded', 'server_error'] as const),
  ]
}

function errors(route: Route): ZodOpenApiResponsesObject {
  const byStatus = Object.groupBy(
    [...new Set([...commonErrors(route), ...(route.errors ?? [])])],
    (code) => codes[code].http,
  )
  const entries = Object.entries(byStatus).map(([status, found = []]) => [
    status,
    {
      description: found.map((code) => `- \`${code}\`: ${errorMeanings[code]}`).join('\n'),
      ...(codes[found[0] ?? 'server_error'].retry && { headers: RETRY_AFTER }),
      content: {
        'application/json': {
          schema: ErrorBody,
          examples: Object.fromEntries(
            found.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
          ),
        },
      },
    },
  ])
  return Object.fromEntries(entries)
}

const REQUEST_ID = 'f1dc22fa-3ba7-4414-bd48-ec39ab65bb06'

const RETRY_AFTER = z.object({
  'Retry-After': z.string().meta({ description: 'Seconds to wait before the request is sent again.' }),
})

/** One of each code, which all routes refer to. */
function errorExamples(): Record<string, { value: ErrorBody }> {
  const entries = Object.entries(errorMeanings).map(([code, meaning]) => {
    const message = meaning.replaceAll('`', '')
    return [code, { value: { error: { code, message, request_id: REQUEST_ID } } }] as const
  })
  return Object.fromEntries(entries)
}
