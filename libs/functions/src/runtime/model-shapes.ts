/** Of the records of a model in a run: all of the first ones, then each so many. */
const IN_FULL = 200
const EACH = 20
const PATHS = 200
const PATH_CHARS = 200
const LEVELS = 5
/** Of a list. */
const ITEMS = 3
/** With more keys an object is a map: its keys are data. */
const KEYS = 50

/** What the records of a model that a run has saved look like. It has no values. */
export interface ModelShape {
  model: string
  /** How many were looked at. */
  records: number
  fields: { path: string; types: string[]; always: boolean }[]
}

interface Field {
  types: Set<string>
  seen: number
}

/** Looks at some of the records that a run saves. */
export class ModelShapes {
  readonly #models = new Map<string, { given: number; looked: number; fields: Map<string, Field> }>()

  /** Of records that are merged into stored ones nothing is noted: missing fields mean nothing there. */
  note(records: unknown[], model: string): void {
    const shape = this.#models.get(model) ?? { given: 0, looked: 0, fields: new Map<string, Field>() }
    this.#models.set(model, shape)
    for (const record of records) {
      if (shape.given++ >= IN_FULL && shape.given % EACH !== 0) continue
      if (typeof record !== 'object' || record === null) continue
      shape.looked++
      try {
        look(record, '', 0, shape.fields)
      } catch {
        // A field throws when it is read: its record is not stored either.
      }
    }
  }

  all(): ModelShape[] {
    return [...this.#models].flatMap(([model, { looked, fields }]) =>
      looked === 0 ? [] : [{ model, records: looked, fields: [...fields].map(fieldOf(looked, fields)) }],
    )
  }
}

const fieldOf =
  (looked: number, fields: Map<string, Field>) =>
  ([path, { types, seen }]: [string, Field]) => {
    const around = fields.get(path.slice(0, Math.max(0, path.lastIndexOf('.'))))
    return { path, types: [...types].sort(), always: seen === (around?.seen ?? looked) }
  }

function look(object: object, prefix: string, level: number, fields: Map<string, Field>): void {
  const keys = Object.keys(object)
  if (keys.length > KEYS && level > 0) return
  for (const key of keys) {
    if (key === '_nango_metadata') continue
    const value: unknown = Reflect.get(object, key)
    if (value !== undefined) lookAt(value, prefix + key, level, fields)
  }
}

function lookAt(value: unknown, path: string, level: number, fields: Map<string, Field>): void {
  if (path.length > PATH_CHARS) return
  let field = fields.get(path)
  if (field === undefined) {
    if (fields.size >= PATHS) return
    field = { types: new Set(), seen: 0 }
    fields.set(path, field)
  }
  field.seen++
  const type = typeOf(value)
  field.types.add(type)
  if (level + 1 >= LEVELS) return
  if (type === 'object')
    look(value as object, `${path}.`, level + 1, fields) // by its type
  else if (type === 'list') {
    for (const item of (value as unknown[]).slice(0, ITEMS)) lookAt(item, `${path}[]`, level + 1, fields) // by its type
  }
}

/** As it is stored. */
function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'bigint' || value instanceof Date) return 'string'
  return typeof value
}
