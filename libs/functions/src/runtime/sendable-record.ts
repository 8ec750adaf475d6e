/** Levels of lists and objects in a record. A message may have 500 (`nesting` of the sandbox), of which three are ours. */
const MAX_LEVELS = 497
/** Values in a record: with more, it is larger than a message. One that is shared by many parts counts for each of them. */
const MAX_VALUES = 4_000_000

/** `reason` says what of the record JSON can't carry: `has NaN at 'price'`. `mended` says that something in it was replaced. */
export type SendableRecord =
  | { kind: 'ok'; record: unknown; mended: boolean }
  | { kind: 'unsendable'; id: string | undefined; reason: string }

/**
 * A record as it goes to the host. JSON would turn a number that is not finite and an invalid date into null, and half of a
 * surrogate pair has no bytes. A text with such a half gets U+FFFD in its place, and a BigInt becomes a text of its digits,
 * as a long integer of an answer is. Whatever else JSON can't carry makes the record unsendable; it is told with its reason.
 */
export function sendableRecord(record: unknown): SendableRecord {
  try {
    // Most records need no change. To look at one costs a fraction of encoding it.
    const budget = { left: MAX_VALUES }
    if (isSendable(record, 0, budget)) return { kind: 'ok', record, mended: false }
    if (budget.left < 0) throw new Unsendable(`has more than ${MAX_VALUES} values`)
    const state = { left: MAX_VALUES, mended: false }
    return { kind: 'ok', record: mend(record, '', 0, state), mended: state.mended }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const reason = error instanceof Unsendable ? message : `can't be encoded: ${message}`
    return { kind: 'unsendable', id: idOf(record), reason }
  }
}

class Unsendable extends Error {}

/** Whether JSON carries a value as it is. A value with a `toJSON` of its own is looked at more closely. */
function isSendable(value: unknown, level: number, budget: { left: number }): boolean {
  if (--budget.left < 0) return false
  switch (typeof value) {
    case 'string':
      return value.isWellFormed()
    case 'number':
      return Number.isFinite(value)
    case 'boolean':
    case 'undefined':
      return true
    case 'object':
      break
    default:
      return false
  }
  if (value === null) return true
  if (level >= MAX_LEVELS) return false
  if ('toJSON' in value) {
    const isDate = value instanceof Date && value.toJSON === Date.prototype.toJSON
    return isDate && !Number.isNaN(value.getTime())
  }
  if (Array.isArray(value)) {
    for (const item of value) if (!isSendable(item, level + 1, budget)) return false
    return true
  }
  for (const key in value) {
    if (!key.isWellFormed() || !isSendable((value as Record<string, unknown>)[key], level + 1, budget))
      return false
  }
  return true
}

function mend(
  value: unknown,
  path: string,
  level: number,
  state: { left: number; mended: boolean },
): unknown {
  if (--state.left < 0) throw new Unsendable(`has more than ${MAX_VALUES} values`)
  if (typeof value === 'string') return wellFormed(value, state)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Unsendable(has(String(value), path))
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new Unsendable(has(`a ${typeof value}`, path))
  if (typeof value !== 'object' || value === null) return value
  if (level >= MAX_LEVELS) {
    throw new Unsendable(`is nested more than ${MAX_LEVELS} levels deep, or contains itself`)
  }
  if (value instanceof Date && Number.isNaN(value.getTime()))
    throw new Unsendable(has('an invalid date', path))
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return mend(value.toJSON(path.split('.').at(-1) ?? ''), path, level + 1, state)
  }
  if (Array.isArray(value)) return value.map((item, index) => mend(item, join(path, index), level + 1, state))
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return mend(value.valueOf(), path, level, state)
  }
  const mended: Record<string, unknown> = Object.create(null)
  for (const [key, field] of Object.entries(value)) {
    // As JSON does: a method of an object is no data.
    if (field === undefined || typeof field === 'function' || typeof field === 'symbol') continue
    mended[freeKey(key, value, mended, state)] = mend(field, join(path, key), level + 1, state)
  }
  return mended
}

/** Two names that become one by mending stay two. */
function freeKey(key: string, of: object, mended: object, state: { mended: boolean }): string {
  let free = wellFormed(key, state)
  while (free !== key && (free in of || free in mended)) free += '\ufffd'
  return free
}

function wellFormed(text: string, state: { mended: boolean }): string {
  if (text.isWellFormed()) return text
  state.mended = true
  return text.toWellFormed()
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`)
const has = (what: string, path: string): string =>
  path === '' ? `is ${what}` : `has ${what} at '${path.slice(0, 200)}'`

function idOf(record: unknown): string | undefined {
  try {
    const id = typeof record === 'object' && record !== null && 'id' in record ? record.id : undefined
    return ['string', 'number', 'bigint'].includes(typeof id) ? String(id) : undefined
  } catch {
    return undefined // it throws when it is read
  }
}
