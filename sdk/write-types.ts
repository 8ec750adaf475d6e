import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRoutes, Event, type Route } from '@syncline/api'
import * as apiSettings from '@syncline/catalog/api-settings'
import { Credentials } from '@syncline/catalog/credentials'
import { codes } from '@syncline/errors'
import { ProviderFields, ProviderFile } from '@syncline/providers/provider-file'
import { z } from 'zod'
import { documented, type JsonSchema, typeText, union } from './type-text.ts'

// Writes what the API takes and answers as plain TypeScript: `pnpm contract`. Who hovers over a method sees these names;
// the types of the schemas that they are made of would be pages. src/api-types.ts has what users may name, src/endpoints.ts the
// requests of each route. src/api-types.test.ts says when they have to be written again, and that they fit the schemas.

const contract = join(import.meta.dirname, '../libs/api/src')

/** For probes, for clients of other engines, and for what the class of a client has no use for. */
export const urlsWithoutMethod = [
  ...['/health', '/readyz', '/livez', '/openapi.json', '/proxy/*', '/scripts/config', '/session'],
]

type Io = 'input' | 'output'
type Names = z.core.$ZodRegistry<{ id: string }>
/** By name, as they are in requests and in answers. */
type Definitions = Record<Io, Map<string, JsonSchema>>

/** The files with their texts as they have to be. */
export async function typeFiles(): Promise<Record<string, string>> {
  const names = await namedSchemas()
  const definitions: Definitions = { input: new Map(), output: new Map() }
  const schemaOf = (schema: z.ZodType, io: Io) => {
    const { $defs = {}, properties } = jsonSchemaOf(z.object({ it: schema }), io, names)
    for (const [name, definition] of Object.entries($defs)) definitions[io].set(name, definition)
    return properties?.it ?? {}
  }
  schemaOf(ProviderFields, 'input')
  schemaOf(Event, 'output')
  const routes = Object.entries<Route>(createRoutes({ records: 500 }))
    .filter(([, { url, deprecated }]) => !deprecated && !urlsWithoutMethod.includes(url))
    .map(([key, route]) => ({ key, route, parts: partsOf(route, schemaOf) }))

  const differing = differingNames(definitions)
  const declared = { types: new Map<string, string>(), requests: new Map<string, string>() }
  const nameOf = (io: Io) => (name: string) => {
    if (/^__schema/.test(name)) return 'Json'
    return io === 'input' && differing.has(name) ? `${name}Input` : name
  }
  const declare = (where: keyof typeof declared, name: string, schema: JsonSchema, io: Io) => {
    const text = typeText(schema, nameOf(io))
    const alias = name === 'Json' ? text.replace('Record<string, Json>', '{ [name: string]: Json }') : text
    const declaration = schema.type === 'object' ? `interface ${name} ${text}` : `type ${name} = ${alias}`
    declared[where].set(name, `${documented(schema.description)}export ${declaration}\n`)
    return name
  }
  for (const io of ['input', 'output'] as const) {
    for (const [name, schema] of definitions[io]) declare('types', nameOf(io)(name), schema, io)
  }

  const endpoints = routes.map(({ key, route, parts }) => {
    const prefix = key.charAt(0).toUpperCase() + key.slice(1)
    const lines = parts.map(([part, io, schemas]) => {
      const types = schemas.map((schema) => {
        const hasOwnName = part !== 'params' && schema?.type === 'object' && schema.properties !== undefined
        if (hasOwnName) {
          const name = prefix + part.charAt(0).toUpperCase() + part.slice(1)
          return declare(part === 'answer' ? 'types' : 'requests', name, schema, io)
        }
        return schema === undefined ? 'undefined' : typeText(schema, nameOf(io))
      })
      return `    ${part}: ${union(types)}`
    })
    return `  /** ${route.summary} */\n  '${route.method} ${route.url}': {\n${lines.join('\n')}\n  }`
  })
  const requests = [
    ...sorted(declared.requests),
    `/** What each endpoint takes, and what it answers. */\nexport interface Endpoints {\n${endpoints.join('\n')}\n}\n`,
  ].join('\n')
  const withoutComments = requests.replace(/^ *\/\*\*.*?\*\/$/gms, '')
  const used = [...declared.types.keys()].filter((name) => new RegExp(`\\b${name}\\b`).test(withoutComments))
  const errorCodes = Object.keys(codes).map((code) => `'${code}'`)
  return {
    'src/api-types.ts': formatted(
      [
        `${HEAD}\n/** What went wrong, as the API names it. */\nexport type ErrorCode = ${errorCodes.join(' | ')}\n`,
        ...sorted(declared.types),
      ].join('\n'),
    ),
    'src/endpoints.ts': formatted(
      `${HEAD}\nimport type { ${used.join(', ')} } from './api-types.ts'\n\n${requests}`,
    ),
  }
}

const HEAD = '// Written by write-types.ts, which reads the contract of the API.\n'

function sorted(declarations: Map<string, string>): string[] {
  return [...declarations].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
}

function formatted(text: string): string {
  const biome = join(import.meta.dirname, '../node_modules/.bin/biome')
  const command = ['check', '--write', '--linter-enabled=false', '--stdin-file-path=sdk/src/api-types.ts']
  return execFileSync(biome, command, { input: text, encoding: 'utf8' })
}

type Part = [name: string, io: Io, schemas: (JsonSchema | undefined)[]]

/** What a route takes and answers. What has no fields is left out; several answers are those of several statuses. */
function partsOf({ schema }: Route, schemaOf: (schema: z.ZodType, io: Io) => JsonSchema): Part[] {
  const request: Part[] = []
  const inputs = { ...schema, query: schema.querystring }
  for (const name of ['params', 'query', 'headers', 'body'] as const) {
    const part = inputs[name]
    if (part === undefined || (part instanceof z.ZodObject && Object.keys(part.shape).length === 0)) continue
    request.push([name, 'input', [schemaOf(part, 'input')]])
  }
  const answers = Object.entries(schema.response).flatMap(([status, answer]) => {
    const shape = answer instanceof z.ZodUndefined ? [] : [schemaOf(answer, 'output')]
    const mayBeEmpty = answer.safeParse(undefined).success
    return Number(status) < 300 ? [...shape, ...(mayBeEmpty ? [undefined] : [])] : []
  })
  return [...request, ['answer', 'output', answers]]
}

/** Names of what is not the same in a request and in an answer: there defaults have been set. */
function differingNames({ input, output }: Definitions): Set<string> {
  const both = [...input.keys()].filter((name) => output.has(name))
  const text = (schema?: JsonSchema) => typeText(schema ?? {}, (name) => name)
  const differing = new Set(both.filter((name) => text(input.get(name)) !== text(output.get(name))))
  const refersTo = (schema: JsonSchema | undefined) =>
    [...differing].some((name) => JSON.stringify(schema).includes(`"#/$defs/${name}"`))
  for (let size = -1; size < differing.size; ) {
    size = differing.size
    for (const name of both) if (refersTo(input.get(name))) differing.add(name)
  }
  return differing
}

/** The schemas that the contract exports by a name. */
async function namedSchemas(): Promise<Names> {
  const names: Names = z.registry()
  const add = (id: string, schema: unknown) => {
    const kinds = [z.ZodObject, z.ZodEnum, z.ZodUnion]
    if (schema instanceof z.ZodType && kinds.some((kind) => schema instanceof kind)) names.add(schema, { id })
  }
  const files = readdirSync(contract).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  for (const name of files) {
    const module: Record<string, unknown> = await import(join(contract, name))
    for (const [id, schema] of Object.entries(module)) if (/^[A-Z]/.test(id)) add(id, schema)
  }
  const { AuthScheme, Budget, Pagination, Retry, SignedJwt, TokenRequest, Verify } = apiSettings
  const others = {
    ...{ AuthScheme, Credentials, ProviderFile: ProviderFields, SignedJwt, TokenRequest },
    ...{ PaginationSettings: Pagination, RequestBudget: Budget, RetrySettings: Retry, VerifyRequest: Verify },
  }
  for (const [id, schema] of Object.entries(others)) add(id, schema)
  add('SynclineEvent', Event)
  return names
}

function jsonSchemaOf(schema: z.ZodType, io: Io, names: Names): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io,
    metadata: names,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { type, additionalProperties, description } = z.globalRegistry.get(zodSchema) ?? {}
      if (type !== undefined) Object.assign(jsonSchema, { type })
      if (additionalProperties !== undefined) Object.assign(jsonSchema, { additionalProperties })
      if (description !== undefined) jsonSchema.description = description
      // It checks a file without adding its defaults, which no JSON schema can say.
      if (zodSchema === ProviderFile) jsonSchema.$ref = '#/$defs/ProviderFile'
    },
  })
  // The contract uses this part of JSON Schema.
  return made as JsonSchema
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(await typeFiles()))
    writeFileSync(join(import.meta.dirname, name), text)
}
