/** What of JSON Schema the contract of the API uses. */
export interface JsonSchema {
  $defs?: Record<string, JsonSchema>
  $ref?: string
  description?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
}

/** The TypeScript type of a JSON schema, and with `nameOf`, what a definition is called. */
export function typeText(schema: JsonSchema, nameOf: (definition: string) => string): string {
  const textOf = (part: JsonSchema) => typeText(part, nameOf)
  if (schema.$ref !== undefined) return nameOf(schema.$ref.replace('#/$defs/', ''))
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return schema.enum.map(literal).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return union(choices.map(textOf))
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => textOf({ ...schema, type })))
  if (schema.type === 'array') return arrayOf(textOf(schema.items ?? {}))
  if (schema.type === 'object') return objectText(schema, textOf)
  return plain[schema.type ?? ''] ?? 'unknown'
}

const plain: Record<string, string> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
}

function objectText(schema: JsonSchema, textOf: (part: JsonSchema) => string): string {
  const { properties = {}, required = [], additionalProperties } = schema
  const isOpen = typeof additionalProperties === 'object'
  const rest = isOpen ? textOf(additionalProperties) : 'unknown'
  const fields = Object.entries(properties)
  if (fields.length === 0) return `Record<string, ${additionalProperties === false ? 'never' : rest}>`
  const lines = fields.map(([name, field]) => {
    const key = /^\w+$/.test(name) ? name : literal(name)
    const type = textOf(field)
    // With `exactOptionalPropertyTypes` too, what may be absent may be given as undefined.
    const text = required.includes(name) ? `${key}: ${type}` : `${key}?: ${union([type, 'undefined'])}`
    return documented(field.description) + text
  })
  if (isOpen) lines.push(`[name: string]: ${rest}`)
  return `{\n${lines.join('\n').replace(/^/gm, '  ')}\n}`
}

/** A text beside `string` says nothing more, nor does anything beside `unknown`. */
export function union(types: string[]): string {
  if (types.includes('unknown')) return 'unknown'
  const isAnyText = types.includes('string')
  return [...new Set(types)]
    .filter((type) => !(isAnyText && /^'[^']*'( \| '[^']*')*$/.test(type)))
    .join(' | ')
}

const arrayOf = (item: string) => (/^(\w+|\{[^|]*\})$/.test(item) ? `${item}[]` : `(${item})[]`)

const literal = (value: unknown) => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value))

/** A description as a comment before what it describes. */
export function documented(description: string | undefined): string {
  return description === undefined
    ? ''
    : `/** ${description.replaceAll('*/', '*\\/').replaceAll('\n', '\n * ')} */\n`
}
