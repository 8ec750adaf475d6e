type JsonSchema = Record<string, unknown>

export interface FieldChange {
  field: string
  before: string | null
  after: string | null
}

/** Deeper fields are one with the field that holds them. */
const DEPTH_MAX = 4

/** Fields of records whose type differs between two JSON Schemas, in the order of their paths. */
export function fieldChanges(before: JsonSchema, after: JsonSchema): FieldChange[] {
  const old = fieldsOf(before)
  const fields = fieldsOf(after)
  const paths = [...new Set([...old.keys(), ...fields.keys()])].sort()
  return paths.flatMap((field) => {
    const change = { field, before: old.get(field) ?? null, after: fields.get(field) ?? null }
    return change.before === change.after ? [] : [change]
  })
}

/** Types by path: `user.id` → `string`, `labels[].name` → `string, optional`. */
export function fieldsOf(schema: JsonSchema): Map<string, string> {
  const found = new Map<string, string>()
  collect(schema, '', 0, found)
  return found
}

function collect(schema: JsonSchema, path: string, depth: number, found: Map<string, string>): void {
  const properties = objectAt(schema, 'properties')
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (!isObject(value)) continue
    const field = path === '' ? name : `${path}.${name}`
    found.set(field, required.has(name) ? typeOf(value) : `${typeOf(value)}, optional`)
    if (depth >= DEPTH_MAX) continue
    const items = objectAt(value, 'items')
    if (items) collect(items, `${field}[]`, depth + 1, found)
    else collect(value, field, depth + 1, found)
  }
}

/** As people write it: `string`, `string | null`, `'open' | 'closed'`, `number[]`. */
function typeOf(schema: JsonSchema): string {
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) return choices.filter(isObject).map(typeOf).join(' | ')
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1) ?? 'any'
  if (Array.isArray(schema.type)) return schema.type.join(' | ')
  if (schema.type === 'array') {
    const items = objectAt(schema, 'items')
    return `${items ? typeOf(items) : 'any'}[]`
  }
  if (typeof schema.type !== 'string') return 'any'
  return typeof schema.format === 'string' ? `${schema.type} (${schema.format})` : schema.type
}

function objectAt(schema: JsonSchema, name: string): JsonSchema | undefined {
  const value = schema[name]
  return isObject(value) ? value : undefined
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
