import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examples } from './example-bodies/index.ts'
import { openApi } from './openapi.ts'
import type { Route } from './route.ts'
import { createRoutes } from './routes.ts'

interface Schema {
  description?: string
  $ref?: string
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}
interface Media {
  content?: Record<string, { schema?: Schema; example?: unknown; examples?: unknown }>
}
interface Operation {
  operationId: string
  parameters?: { name: string; description?: string; schema?: Schema }[]
  requestBody?: Media
  responses: Record<string, Media>
}

// Its own types allow references in every place; ours has them where these types say.
const document = openApi({ records: 500 }) as unknown as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** Every parameter and property of the document, with its description, by where it is. */
function descriptions(): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (schema: Schema | undefined, path: string): void => {
    if (typeof schema !== 'object') return
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      found.set(`${path}.${name}`, property.description ?? '')
      visit(property, `${path}.${name}`)
    }
    for (const each of [schema.anyOf, schema.oneOf, schema.allOf].flat()) visit(each, path)
    visit(schema.items, `${path}[]`)
    if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties, `${path}{}`)
  }
  const visitMedia = ({ content = {} }: Media, path: string) => {
    for (const { schema } of Object.values(content)) visit(schema, path)
  }
  for (const { operationId, parameters = [], requestBody = {}, responses } of operations()) {
    for (const { name, description, schema } of parameters) {
      found.set(`${operationId} ${name}`, description ?? schema?.description ?? '')
      visit(schema, `${operationId} ${name}`)
    }
    visitMedia(requestBody, operationId)
    for (const [status, response] of Object.entries(responses))
      visitMedia(response, `${operationId} ${status}`)
  }
  for (const [name, schema] of Object.entries(document.components.schemas)) visit(schema, name)
  return found
}

const operations = () => Object.values(document.paths).flatMap((methods) => Object.values(methods))

test('every parameter and field is described, in sentences', () => {
  const all = [...descriptions()]
  expect(all.length).toBeGreaterThan(1000)
  expect(all.filter(([, text]) => text === '').map(([where]) => where)).toEqual([])
  // Beginning with a capital letter, or the name of a value; ending with a full stop.
  expect(all.filter(([, text]) => !/^([A-Z]|`|true: |n |false: )/s.test(text) || !/\.$/.test(text))).toEqual(
    [],
  )
  expect(all.filter(([, text]) => text.length > 300)).toEqual([])
})

test('every reference leads to something', () => {
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)
  const components = document.components as Record<string, Record<string, unknown>>
  for (const [, kind = '', name = ''] of references) expect(components[kind]).toHaveProperty(name)
})

test('a description is not followed by the rules of a schema that it refers to', () => {
  const text = JSON.stringify(document)
  expect(text).not.toMatch(/"additionalProperties":false,"description":"[^"]*","\$ref"/)
})

const routes: Record<string, Route> = createRoutes({ records: 500 })
/** Their bodies are those of an external API, or nobody reads them. */
const isAnything = ({ rawBody, errors = [] }: Route) => rawBody === true || errors.includes('not_offered')

test('every body and every answer with one has an example', () => {
  const lacking = operations().flatMap(({ operationId, requestBody, responses }) => {
    const route = routes[operationId]
    if (route === undefined || isAnything(route)) return []
    const parts = Object.entries({ body: requestBody ?? {}, ...responses })
    return parts.flatMap(([part, { content = {} }]) =>
      Object.values(content).some(({ example, examples }) => example === undefined && examples === undefined)
        ? [`${operationId} ${part}`]
        : [],
    )
  })
  expect(lacking).toEqual([])
})

test.each(Object.entries(examples))(
  'the examples of %s are as its schemas say',
  (name, { body, ...answers }) => {
    const schema = routes[name]?.schema
    if (body !== undefined) expect(schema?.body?.safeParse(body).error).toBeUndefined()
    for (const [status, answer] of Object.entries(answers)) {
      // No field of the example is one that the schema drops.
      expect(schema?.response[Number(status)]?.parse(answer)).toEqual(answer)
    }
  },
)

test('docs/reference/compatibility.md names each deprecated path', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/reference/compatibility.md'), 'utf8')
  const deprecated = Object.values(routes).filter((route) => route.deprecated)
  expect(deprecated.length).toBeGreaterThan(10)
  for (const { url } of deprecated) expect(docs).toContain(`${url.replace(/:(\w+)/g, '{$1}')}\``)
})
