/** What JSON can't carry: `has NaN at 'price'`. */
export class NotJson extends Error {}

interface State {
  levels: number
  left: number
  values: number
  isMended: boolean
}

/**
 * A value as JSON can carry it, with null as the prototype of objects. JSON would turn a number that is not finite and an invalid
 * date into null, and half of a surrogate pair has no bytes. A text with such a half gets U+FFFD in its place, and a BigInt
 * becomes a text of its digits, which no reader rounds.
 *
 * @throws NotJson For whatever else JSON can't carry.
 */
export function mended(
  value: unknown,
  { levels, values }: { levels: number; values: number },
): { value: unknown; isMended: boolean } {
  const state = { levels, values, left: values, isMended: false }
  return { value: mend(value, '', 0, state), isMended: state.isMended }
}

function mend(value: unknown, path: string, level: number, state: State): unknown {
  if (--state.left < 0) throw new NotJson(`has more than ${state.values} values`)
  if (typeof value === 'string') return wellFormed(value, state)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new NotJson(has(String(value), path))
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new NotJson(has(`a ${typeof value}`, path))
  if (typeof value !== 'object' || value === null) return value
  if (level >= state.levels) {
    throw new NotJson(`is nested more than ${state.levels} levels deep, or contains itself`)
  }
  if (value instanceof Date && Number.isNaN(value.getTime())) throw new NotJson(has('an invalid date', path))
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return mend(value.toJSON(path.split('.').at(-1) ?? ''), path, level + 1, state)
  }
  if (Array.isArray(value)) return value.map((item, index) => mend(item, join(path, index), level + 1, state))
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return mend(value.valueOf(), path, level, state)
  }
  const object: Record<string, unknown> = Object.create(null)
  for (const [key, field] of Object.entries(value)) {
    // As JSON does: a method of an object is not data.
    if (field === undefined || typeof field === 'function' || typeof field === 'symbol') continue
    object[freeKey(key, value, object, state)] = mend(field, join(path, key), level + 1, state)
  }
  return object
}

/** Two names that become one by mending stay two. */
function freeKey(key: string, of: object, mended: object, state: State): string {
  let free = wellFormed(key, state)
  while (free !== key && (free in of || free in mended)) free += '\ufffd'
  return free
}

function wellFormed(text: string, state: State): string {
  if (text.isWellFormed()) return text
  state.isMended = true
  return text.toWellFormed()
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`)
const has = (what: string, path: string): string =>
  path === '' ? `is ${what}` : `has ${what} at '${path.slice(0, 200)}'`
