import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { isObject } from './is-object.ts'
import { mendedJson } from './mended-json.ts'
import { RECORD_ID_MAX_CHARS, recordId } from './record-id.ts'
import { UnencodableRecord } from './unencodable-record.ts'

export const HASH_BYTES = 16

export type EncodedRecord = {
  id: string
  /** The payload's id is a number. */
  numericId: boolean
  /** JSON text of an object. */
  payload: Buffer
  /** Of the canonical payload: equal hashes mean an unchanged record. */
  hash: Buffer
}

/**
 * Encodes a record of a customer's function for the record store. The hash is over canonical JSON (RFC 8785), so another
 * order of keys is not a change. What can be mended is (see `mendedJson`). Errors call the record `name`: `records[3] of
 * model 'Issue'`.
 *
 * @throws UnencodableRecord
 */
export function encodeRecord(value: unknown, name = 'the record'): EncodedRecord {
  if (!isObject(value))
    throw new UnencodableRecord(name, `is ${describe(value)}; a record is an object with an id`)
  const { _nango_metadata, ...fields } = value
  const id = idOf(fields.id, name)
  const { text, canonical } = jsonTexts(fields, name, id)
  return {
    id,
    numericId: typeof fields.id === 'number',
    payload: Buffer.from(text),
    hash: createHash('sha256').update(canonical).digest().subarray(0, HASH_BYTES),
  }
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

function jsonTexts(fields: object, name: string, id: string): { text: string; canonical: string } {
  try {
    return { text: JSON.stringify(fields), canonical: canonical(fields) }
  } catch {
    // What has no canonical form is mended.
    try {
      const text = mendedJson(fields)
      return { text, canonical: canonical(JSON.parse(text)) }
    } catch (cause) {
      throw new UnencodableRecord(name, `is not JSON: ${reasonOf(cause)}`, id, { cause })
    }
  }
}

function canonical(fields: object): string {
  const text = canonicalize(fields)
  if (text === undefined) throw new TypeError('it has a toJSON that gives nothing')
  return text
}

function reasonOf(cause: unknown): string {
  if (cause instanceof RangeError) return 'its lists and objects are nested too deeply'
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return `${typeof value === 'object' ? 'an' : 'the'} ${typeof value} ${JSON.stringify(String(value).slice(0, 40))}`
}
