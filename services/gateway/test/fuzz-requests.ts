import { openApi } from '@syncline/api'
import fc from 'fast-check'

/** A request as it is written to the wire. */
export interface FuzzRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string | undefined
}

interface Schema {
  $ref?: string
  type?: string
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
}
interface Parameter {
  name: string
  in: string
  schema?: Schema
}
interface Operation {
  parameters?: Parameter[]
  requestBody?: { content?: Record<string, { schema?: Schema }> }
}

// Its own types allow references in every place; ours has them where these types say.
const { paths, components } = openApi({ records: 500 }) as unknown as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']

/** Values that exist, so that some requests pass all checks. */
const known = ['github', 'user-1', 'issues', 'base', 'GithubIssue', 'every hour', '1', 'true']
const hostile = [
  ...[
    '',
    '.',
    '..',
    '/',
    '\\',
    '%',
    "'",
    '"',
    '\0',
    '\n',
    '\r\nx: y',
    ' ',
    '*',
    ',',
    '::',
    '中',
    '\ud800',
    '😀',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'NaN',
    '-1',
    '0',
    '1e999',
    '9'.repeat(400),
  ],
  ...[
    '2026-01-01T00:00:00+0200',
    '0000-00-00T00:00:00Z',
    '{{x}}',
    '${x}',
    '../../etc/passwd',
    'x'.repeat(3000),
  ],
]
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...known) },
  { weight: 3, arbitrary: fc.constantFrom(...hostile) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
)

/** Mostly a value of the schema, sometimes any. */
function anyOrFitting(schema: Schema | undefined, depth = 0): fc.Arbitrary<unknown> {
  const any = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.constant(null))
  if (schema === undefined || depth > 5) return any
  return fc.oneof({ weight: 6, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: any })
}

function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const named = components.schemas[schema.$ref?.replace('#/components/schemas/', '') ?? '']
  if (named) return anyOrFitting(named, depth + 1)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map((choice) => anyOrFitting(choice, depth + 1)))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'integer' || schema.type === 'number') {
    return fc.oneof(fc.integer({ min: -1, max: 20 }), fc.double(), fc.maxSafeInteger())
  }
  if (schema.type === 'array') return fc.array(anyOrFitting(schema.items, depth + 1), { maxLength: 4 })
  if (schema.properties) return objectOf(schema.properties, depth)
  if (schema.type === 'object') return fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
  return text
}

function objectOf(properties: Record<string, Schema>, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, schema]) =>
    fc.record({
      there: fc.boolean().map((absent) => !absent),
      field: anyOrFitting(schema, depth + 1).map((value) => [name, value] as const),
    }),
  )
  return fc
    .tuple(...fields)
    .map((all) => Object.fromEntries(all.filter((it) => it.there).map((it) => it.field)))
}

const query = (parameters: Parameter[]) =>
  fc
    .array(
      fc.tuple(
        parameters.length > 0 ? fc.oneof(fc.constantFrom(...parameters.map(({ name }) => name)), text) : text,
        fc.constantFrom('', '', '', '[]', '[a]', '[__proto__]', '[a][b]'),
        text,
      ),
      { maxLength: 5 },
    )
    .map((pairs) =>
      pairs.map(([name, suffix, value]) => `${encoded(name)}${suffix}=${encoded(value)}`).join('&'),
    )

function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed())
}

const headerValue = text.map((value) => value.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 2000))

/** Requests to every operation of the OpenAPI document. */
export function fuzzRequests(): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => requestOf(method.toUpperCase(), path, operation)),
  )
  return fc.oneof(...operations)
}

function requestOf(method: string, path: string, operation: Operation): fc.Arbitrary<FuzzRequest> {
  const parameters = operation.parameters ?? []
  const schema = operation.requestBody?.content?.['application/json']?.schema
  const inQuery = parameters.filter((it) => it.in === 'query')
  const inHeaders = parameters.filter((it) => it.in === 'header')
  const valid = fc
    .tuple(...inQuery.map(() => fc.tuple(fc.boolean(), text)))
    .map((values) =>
      inQuery
        .flatMap(({ name }, n) => (values[n]?.[0] ? [`${name}=${encoded(values[n][1])}`] : []))
        .join('&'),
    )
  const body = schema
    ? fc.oneof(
        { weight: 8, arbitrary: anyOrFitting(schema).map((value) => JSON.stringify(value)) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('', '{', '[]', 'null', '[['.repeat(5000), '{"__proto__":{"a":1}}'),
        },
      )
    : fc.option(text, { nil: undefined, freq: 8 })
  return fc
    .record({
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
      ),
      parts: fc.array(text, { minLength: 3, maxLength: 3 }),
      query: fc.oneof(valid, query(inQuery)),
      headers: fc.tuple(...inHeaders.map(() => fc.tuple(fc.boolean(), headerValue))),
      type: fc.oneof(
        { weight: 10, arbitrary: fc.constant('application/json') },
        { weight: 1, arbitrary: fc.constantFrom('', 'text/plain', 'application/json; charset=x', ';') },
      ),
      body,
    })
    .map(({ method, parts, query, headers, type, body }) => {
      let part = 0
      const filled = path.replaceAll(/\{\w+\}/g, () => encoded(parts[part++] ?? '') || '%20')
      const given = inHeaders.flatMap(({ name }, n) =>
        headers[n]?.[0] ? [[name, headers[n][1]] as const] : [],
      )
      return {
        method,
        path: query ? `${filled}?${query}` : filled,
        headers: { ...Object.fromEntries(given), 'content-type': type },
        body: method === 'GET' || method === 'HEAD' ? undefined : body,
      }
    })
}
