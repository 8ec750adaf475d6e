import { connectionEvents } from '@syncline/function-types'
import { z } from 'zod'

const FunctionName = z.string().regex(/^[a-zA-Z0-9_-]+$/, "must be of letters, digits, '_' and '-'")
const Description = z.string().nullish()
const Names = z.union([z.string(), z.array(z.string())])
/** A model, or a type in the grammar of models. */
const TypeText = z.union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())])

const ENDPOINT = /^(?:(GET|POST|PUT|PATCH|DELETE) )?(\/\S*)$/
const Endpoint = z.union([
  z.string().regex(ENDPOINT, "must be like 'GET /contacts', or '/contacts'"),
  z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
    path: z.string().regex(/^\/\S*$/, "must begin with '/'"),
    group: z.string().nullish(),
  }),
])
export type YamlEndpoint = z.infer<typeof Endpoint>

const Version = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+(\.\d+\.\d+)?$/, 'must be n or x.y.z')])
  .transform(String)

export const YamlSync = z.strictObject({
  runs: z.string(),
  output: Names,
  endpoint: z.union([Endpoint, z.array(Endpoint)]),
  description: Description,
  sync_type: z.enum(['incremental', 'full', 'INCREMENTAL', 'FULL']).optional(),
  track_deletes: z.boolean().optional(),
  auto_start: z.boolean().optional(),
  scopes: Names.optional(),
  input: TypeText.optional(),
  'webhook-subscriptions': Names.optional(),
  version: Version.optional(),
})
export type YamlSync = z.infer<typeof YamlSync>

export const YamlAction = z.strictObject({
  endpoint: Endpoint.optional(),
  output: TypeText.nullish(),
  description: Description,
  scopes: Names.optional(),
  input: TypeText.nullish(),
  version: Version.optional(),
})
export type YamlAction = z.infer<typeof YamlAction>

const Integration = z.strictObject({
  syncs: z.record(z.string(), z.unknown()).nullish(),
  actions: z.record(z.string(), z.unknown()).nullish(),
  'on-events': z.partialRecord(z.enum(connectionEvents), z.array(FunctionName)).nullish(),
  'post-connection-scripts': z.array(FunctionName).nullish(),
})
export type YamlIntegration = z.infer<typeof Integration>

/** `nango.yaml`, version 2. Each sync and action is checked by itself: one that is wrong refuses no other. */
export const NangoYaml = z.strictObject({
  integrations: z.record(z.string(), Integration),
  models: z.record(z.string(), z.unknown()).nullish(),
})

/** What is in version 1 too is not enough: there, the names of the functions are in the integration itself. */
export function isVersion1(value: unknown): boolean {
  const integrations = Object(Object(value).integrations)
  const [first] = Object.values(integrations)
  if (typeof first !== 'object' || first === null || Object.keys(first).length === 0) return false
  return !['syncs', 'actions', 'on-events', 'post-connection-scripts'].some((key) => key in first)
}

export function endpointsOf(endpoint: YamlEndpoint | YamlEndpoint[], method: string) {
  return [endpoint].flat().map((each) => {
    if (typeof each !== 'string') return { ...each, method: each.method ?? method }
    const [, named = method, path = each] = ENDPOINT.exec(each) ?? []
    return { method: named, path }
  })
}

/** Names in a text with commas, or in a list. */
export function namesOf(names: string | string[] | undefined): string[] {
  return [names ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
