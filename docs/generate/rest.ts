import { commonErrors, createRoutes, openApi } from '@syncline/api'
import { cell, slug } from './markdown.ts'

// Pages of the REST API, made of the same document as /openapi.json: one for each group of routes, and a list of all.

interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  description?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}
interface Content {
  content?: { 'application/json'?: { schema?: Schema; example?: unknown } }
}
interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description: string
  deprecated?: true
  parameters?: { in: string; name: string; required?: boolean; description?: string; schema: Schema }[]
  requestBody?: Content
  responses: Record<string, Content & { description: string }>
}
interface Document {
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}
interface Route extends Operation {
  /** `GET /records`. */
  title: string
}

/** `limit` of a page of records as the gateway has it by default. */
const LIMITS = { records: 500 }
/** Fields of fields of fields: deeper ones are in /openapi.json. */
const MAX_DEPTH = 3

// The types of the library allow references in every place; these have them where they are.
const document = openApi(LIMITS) as unknown as Document

const routes: Route[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    ...operation,
    title: `${method.toUpperCase()} ${path}`,
  })),
)

/** Errors that follow from what a route reads; its page does not repeat them. */
const common: Set<string> = new Set(
  Object.values(createRoutes(LIMITS)).flatMap((route) => commonErrors(route)),
)

/** By path below docs/, without `.md`. */
export function restPages(): Map<string, string> {
  const groups = document.tags.map(({ name }) => ({
    name,
    routes: routes.filter((it) => it.tags[0] === name && !it.deprecated),
  }))
  return new Map([
    ['reference/rest/index', listPage(groups)],
    ...groups.map((group) => [`reference/rest/${slug(group.name)}`, groupPage(group)] as const),
  ])
}

/** What a route may answer without success, as its responses say it. */
function errorsOf({ responses }: Route): { status: string; code: string; meaning: string }[] {
  return Object.entries(responses).flatMap(([status, { description }]) =>
    [...description.matchAll(/- `(\w+)`: (.*)/g)].map(([, code = '', meaning = '']) => ({
      status,
      code,
      meaning,
    })),
  )
}

function errorTable(): string {
  const all = new Map(routes.flatMap(errorsOf).map((error) => [error.code, error] as const))
  const rows = [...all.values()]
    .sort((a, b) => a.status.localeCompare(b.status))
    .map(({ code, status, meaning }) => `| \`${code}\` | ${status} | ${cell(meaning)} |`)
  return ['| code | status | meaning |', '|---|---|---|', ...rows].join('\n')
}

interface Group {
  name: string
  routes: Route[]
}

function listPage(groups: Group[]): string {
  const parts = groups.map(({ name, routes }) => {
    const rows = routes.map(
      ({ title, summary, description }) =>
        `| [\`${title}\`](${slug(name)}.md#${slug(title)}) | ${cell(summary)} | ${scopeOf(description)} |`,
    )
    return `## ${name}\n\n| route | what it does | scope |\n|---|---|---|\n${rows.join('\n')}\n`
  })
  return `# REST API

All routes, made of the contract that the gateway checks requests with. A running system has the same as a page to try requests on, at
\`/docs/api\`, and as an OpenAPI 3.1 document, at \`/openapi.json\`. [Keys](../keys.md) has scopes, limits and \`Idempotency-Key\`.

Every error has one shape: \`{"error": {"code", "message", "request_id", "errors"?}}\`. Programs read the \`code\`; the \`message\` says what to
do; [all codes](#errors). Lists give a \`next_cursor\`, which is null at their end. Deprecated paths are in [compatibility](../compatibility.md#deprecated-paths).

${parts.join('\n')}
## Errors

${errorTable()}
`
}

function groupPage({ name, routes }: Group): string {
  return `# REST: ${name}\n\n${routes.map(routePart).join('\n')}`
}

function routePart(route: Route): string {
  const { title, summary, description, parameters = [], requestBody, responses } = route
  const parts = [`## ${title}`, summary, description]
  if (parameters.length > 0) {
    const rows = parameters.map(
      ({ name, in: place, required, schema, description }) =>
        `| \`${name}\` | ${place} | ${typeOf(schema)}${required ? ', required' : ''} | ${cell(description ?? schema.description ?? '')} |`,
    )
    parts.push(['| parameter | in | type | meaning |', '|---|---|---|---|', ...rows].join('\n'))
  }
  parts.push(...bodyParts('Body', requestBody))
  for (const [status, response] of Object.entries(responses)) {
    if (Number(status) < 300) parts.push(...bodyParts(`Answer ${status}`, response, response.description))
  }
  const own = errorsOf(route).filter(({ code }) => !common.has(code))
  const codes = own.map(({ status, code }) => `\`${code}\` (${status})`)
  if (codes.length > 0)
    parts.push(`Errors beside [those of many routes](index.md#errors): ${codes.join(', ')}.`)
  return `${parts.join('\n\n')}\n`
}

function bodyParts(title: string, { content }: Content = {}, meaning = ''): string[] {
  const json = content?.['application/json']
  if (json === undefined) return meaning === '' ? [] : [`**${title}**: no body.`]
  // Forms of a union may have fields of the same name: the first one is shown.
  const fields = new Map(
    fieldsOf(json.schema ?? {})
      .map((field) => [field.path, field] as const)
      .toReversed(),
  )
  const rows = [...fields.values()]
    .toReversed()
    .map(({ path, type, meaning }) => `| \`${path}\` | ${type} | ${cell(meaning)} |`)
  return [
    `**${title}**${meaning === '' ? '' : `: ${meaning}`}`,
    ...(rows.length > 0 ? [['| field | type | meaning |', '|---|---|---|', ...rows].join('\n')] : []),
    ...(json.example === undefined ? [] : [`\`\`\`json\n${JSON.stringify(json.example, null, 2)}\n\`\`\``]),
  ]
}

interface Field {
  path: string
  type: string
  meaning: string
}

function fieldsOf(schema: Schema, prefix = '', depth = 0): Field[] {
  const found = resolve(schema)
  const inner = [found, ...[found.anyOf, found.oneOf, found.allOf].flatMap((it) => it ?? []).map(resolve)]
  return inner.flatMap((part) => [
    ...Object.entries(part.properties ?? {}).flatMap(([name, field]) => {
      const path = prefix + name
      const type = typeOf(field) + (part.required?.includes(name) ? '' : ', optional')
      const meaning = field.description ?? resolve(field).description ?? ''
      return [{ path, type, meaning }, ...(depth < MAX_DEPTH ? fieldsOf(field, `${path}.`, depth + 1) : [])]
    }),
    ...(part.items && depth < MAX_DEPTH
      ? fieldsOf(part.items, `${prefix.replace(/\.$/, '')}[].`, depth + 1)
      : []),
  ])
}

function typeOf(schema: Schema): string {
  const found = resolve(schema)
  const options = found.anyOf ?? found.oneOf
  if (options !== undefined) return [...new Set(options.map(typeOf))].join(' or ')
  if (found.const !== undefined) return `\`${JSON.stringify(found.const)}\``
  if (found.enum !== undefined) return found.enum.map((it) => `\`${it}\``).join(', ')
  if (found.type === 'array') return `list of ${typeOf(found.items ?? {})}`
  const type = [found.type ?? 'any'].flat().join(' or ')
  const range =
    found.minimum !== undefined && found.maximum !== undefined && found.maximum < Number.MAX_SAFE_INTEGER
      ? ` ${found.minimum} to ${found.maximum}`
      : ''
  return (
    (found.format ?? type) + range + (found.default === undefined ? '' : `, default \`${found.default}\``)
  )
}

function resolve(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (document.components.schemas[name] ?? {})
}

function scopeOf(description: string): string {
  const [, scope] = /Needs the scope `(\w+)`/.exec(description) ?? []
  return scope === undefined ? '–' : `\`${scope}\``
}
