import { createHash } from 'node:crypto'
import { AppError } from '@syncline/errors'
import canonicalize from 'canonicalize'
import { isObject } from './is-object.ts'

export const ID_MAX_LENGTH = 255
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
 * order of keys is not a change. Errors call the record `name`: `records[3] of model 'Issue'`.
 */
export function encodeRecord(value: unknown, name = 'the record'): EncodedRecord {
  if (!isObject(value)) throw invalid(`${name} is ${describe(value)}; a record is an object with an id`)
  const { _nango_metadata, ...fields } = value
  const id = recordId(fields.id, name)
  const { text, canonical } = jsonTexts(fields, name)
  return {
    id,
    numericId: typeof fields.id === 'number',
    payload: Buffer.from(text),
    hash: createHash('sha256').update(canonical).digest().subarray(0, HASH_BYTES),
  }
}

/** Ids are compared as text, without NUL; half of a surrogate pair, which UTF-8 can't encode, is replaced. */
function recordId(id: unknown, name: string): string {
  if (id === undefined || id === null) throw invalid(`${name} has no id`)
  const valid = typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id))
  if (!valid) throw invalid(`${name} has ${describe(id)} as its id; an id is a string or a number`)
  const text = String(id).replaceAll('\0', '').toWellFormed()
  if (text === '') throw invalid(`${name} has an empty id`)
  if (text.length > ID_MAX_LENGTH) {
    throw invalid(
      `${name} has an id of ${text.length} characters, ${ID_MAX_LENGTH} are allowed: '${text.slice(0, 40)}…'`,
    )
  }
  return text
}

function jsonTexts(fields: object, name: string): { text: string; canonical: string } {
  try {
    return { text: JSON.stringify(fields), canonical: canonical(fields) }
  } catch {
    // Half surrogate pairs (of texts cut too short) and NaN have no canonical form: replace them and try again.
    try {
      const text = JSON.stringify(fields, (_key, value) =>
        typeof value === 'string' ? value.toWellFormed() : value,
      )
      return { text, canonical: canonical(JSON.parse(text)) }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
      throw new AppError('invalid_record', `${name} (id '${shortId(fields)}') is not JSON: ${reason}`, {
        cause,
      })
    }
  }
}

function canonical(fields: object): string {
  const text = canonicalize(fields)
  if (text === undefined) throw new TypeError('it has a toJSON that gives nothing')
  return text
}

const shortId = (fields: object) => ('id' in fields ? String(fields.id).slice(0, 40) : '')

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return `${typeof value === 'object' ? 'an' : 'the'} ${typeof value} ${JSON.stringify(String(value).slice(0, 40))}`
}

const invalid = (message: string) => new AppError('invalid_record', message)
