import canonicalize from 'canonicalize'
import { keyOrder } from './key-order.ts'
import { mended, NotJson } from './mended.ts'

/** Levels of lists and objects in a record. */
export const LEVELS_MAX = 497
/** Values in a record: with more, it is larger than a message. One that is shared by many parts counts for each of them. */
export const VALUES_MAX = 4_000_000

/** `isMended`: half of a surrogate pair, which has no bytes, was replaced by U+FFFD. */
export type CanonicalText = { text: string; isMended: boolean }

/**
 * The canonical JSON text (RFC 8785) of a value: another order of keys gives the same text. Most values are plain. They are put
 * in order, and V8 writes them. What JSON can't carry as it is, is mended: see `mended`.
 *
 * @throws NotJson
 */
export function canonicalText(value: unknown): CanonicalText {
  const state = { left: VALUES_MAX, hasNumbers: false }
  const ordered = inOrder(value, 0, state)
  if (ordered !== NOT_PLAIN) return { text: textOf(ordered, state.hasNumbers), isMended: false }
  const { value: plain, isMended } = mended(value, { levels: LEVELS_MAX, values: VALUES_MAX })
  const again = { left: VALUES_MAX, hasNumbers: false }
  return { text: textOf(inOrder(plain, 0, again), again.hasNumbers), isMended }
}

interface State {
  left: number
  hasNumbers: boolean
}

const NOT_PLAIN = Symbol('not plain')

function textOf(ordered: unknown, hasNumbers: boolean): string {
  const text = hasNumbers ? canonicalize(ordered) : JSON.stringify(ordered)
  if (text === undefined) throw new NotJson('has a toJSON that gives nothing')
  return text
}

/** The value itself, or a copy with its keys in order, or NOT_PLAIN: then it is looked at more closely. */
function inOrder(value: unknown, level: number, state: State): unknown {
  if (--state.left < 0) return NOT_PLAIN
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : NOT_PLAIN
    case 'number':
      return Number.isFinite(value) ? value : NOT_PLAIN
    case 'boolean':
    case 'undefined':
      return value
    case 'object':
      if (value === null) return value
      if (level >= LEVELS_MAX) return NOT_PLAIN
      return Array.isArray(value) ? listInOrder(value, level, state) : objectInOrder(value, level, state)
    default:
      return NOT_PLAIN
  }
}

function listInOrder(list: unknown[], level: number, state: State): unknown {
  if (hasToJson(list)) return NOT_PLAIN
  let copy: unknown[] | undefined
  for (let at = 0; at < list.length; at++) {
    const item = list[at]
    const ordered = inOrder(item, level + 1, state)
    if (ordered === NOT_PLAIN) return NOT_PLAIN
    if (ordered !== item) {
      copy ??= [...list]
      copy[at] = ordered
    }
  }
  return copy ?? list
}

function objectInOrder(object: object, level: number, state: State): unknown {
  if (hasToJson(object)) return isUsualDate(object) ? object.toJSON() : NOT_PLAIN
  const keys = Object.keys(object)
  if (keys.length === 0) return isBoxed(object) ? NOT_PLAIN : object
  const { isCanonical, hasNumbers, isWellFormed, template } = keyOrder(keys)
  if (!isWellFormed) return NOT_PLAIN
  if (hasNumbers) {
    if (isBoxed(object)) return NOT_PLAIN
    state.hasNumbers = true
  }
  const fields = object as Record<string, unknown> // of its own keys
  let copy: Record<string, unknown> | undefined = isCanonical ? undefined : { ...template }
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string // below the length
    const field = fields[key]
    const ordered = inOrder(field, level + 1, state)
    if (ordered === NOT_PLAIN) return NOT_PLAIN
    if (copy === undefined && ordered !== field) copy = { ...fields }
    if (copy !== undefined) copy[key] = ordered
  }
  return copy ?? object
}

const hasToJson = (value: object): boolean => 'toJSON' in value && typeof value.toJSON === 'function'

const isBoxed = (value: object): boolean =>
  value instanceof Number || value instanceof String || value instanceof Boolean

const isUsualDate = (value: object): value is Date =>
  value instanceof Date && value.toJSON === Date.prototype.toJSON && !Number.isNaN(value.getTime())
