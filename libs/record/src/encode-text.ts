import { canonicalText } from './canonical-text.ts'
import { isObject } from './is-object.ts'
import { NotJson } from './mended.ts'
import { RECORD_ID_MAX_CHARS, recordId } from './record-id.ts'
import { UnencodableRecord } from './unencodable-record.ts'

export type RecordText = {
  id: string
  /** The id in the text is a number. */
  isNumber: boolean
  /** Canonical JSON of an object. */
  text: string
  /** Half of a surrogate pair was replaced in it. */
  isMended: boolean
}

/**
 * The text of a record of a customer's function. What can be mended is (see `canonicalText`). Errors call the record `name`:
 * `records[3] of model 'Issue'`.
 *
 * @throws UnencodableRecord
 */
export function encodeText(value: unknown, name = 'the record'): RecordText {
  const fields = fieldsOf(value, name)
  const id = idOf(fields.id, name)
  try {
    const record = '_nango_metadata' in fields ? withoutMetadata(fields) : fields
    return { id, isNumber: typeof fields.id === 'number', ...canonicalText(record) }
  } catch (cause) {
    throw new UnencodableRecord(name, reasonOf(cause), id, { cause })
  }
}

/** A record may be what its `toJSON` gives. */
function fieldsOf(value: unknown, name: string): Record<string, unknown> {
  try {
    const isOther = isObject(value) && typeof value.toJSON === 'function'
    const fields: unknown = isOther ? JSON.parse(canonicalText(value).text) : value
    if (isObject(fields)) {
      void fields.id // it may throw when it is read
      return fields
    }
  } catch (cause) {
    throw new UnencodableRecord(name, reasonOf(cause), undefined, { cause })
  }
  throw new UnencodableRecord(name, `is ${describe(value)}; a record is an object with an id`)
}

function withoutMetadata({ _nango_metadata, ...fields }: Record<string, unknown>): object {
  return fields
}

/** A number beyond 2^53 has lost digits, so that two records could have the same: its function must keep it as a text. */
function idOf(id: unknown, name: string): string {
  if (id === undefined || id === null) throw new UnencodableRecord(name, 'has no id')
  const fits =
    typeof id === 'string' || typeof id === 'bigint' || (typeof id === 'number' && Number.isFinite(id))
  if (!fits) throw new UnencodableRecord(name, `has ${describe(id)} as its id; an id is a string or a number`)
  if (typeof id === 'number' && Math.abs(id) > Number.MAX_SAFE_INTEGER) {
    throw new UnencodableRecord(
      name,
      `has the number ${id} as its id; beyond 2^53 numbers lose digits: make it a string`,
    )
  }
  const text = String(id)
  const stored = recordId(text)
  if (stored !== undefined) return stored
  if (text.replaceAll('\0', '') === '') throw new UnencodableRecord(name, 'has an empty id')
  const reason = `has an id of ${text.length} characters, ${RECORD_ID_MAX_CHARS} are allowed`
  throw new UnencodableRecord(name, reason, text)
}

function reasonOf(cause: unknown): string {
  if (cause instanceof NotJson) return cause.message
  if (cause instanceof RangeError) return 'is too large to be encoded'
  return `can't be encoded: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}`
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return `${typeof value === 'object' ? 'an' : 'the'} ${typeof value} ${JSON.stringify(String(value).slice(0, 40))}`
}
