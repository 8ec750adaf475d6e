/** The keys of an object, and where each of them lies in canonical order. */
export interface KeyOrder {
  keys: string[]
  /** They are in canonical order already. */
  isCanonical: boolean
  /** JavaScript lists keys that are numbers first, whatever the order is in which they are set. */
  hasNumbers: boolean
  isWellFormed: boolean
  /** An object with these keys in canonical order: a copy of it gets new values without a change of its shape. */
  template: Record<string, unknown>
}

/** Most objects of a list have the same few shapes. */
const SHAPES_OF_FIRST_KEY = 8
const FIRST_KEYS = 500
/** What has more is a map, each with keys of its own. */
const KEYS_MAX = 200

const known = new Map<string, KeyOrder[]>()

export function keyOrder(keys: string[]): KeyOrder {
  const first = keys[0] ?? ''
  const shapes = known.get(first)
  if (shapes) {
    for (const shape of shapes) if (isSame(shape.keys, keys)) return shape
  }
  const order = newOrder(keys)
  if (keys.length <= KEYS_MAX) remember(first, shapes, order)
  return order
}

function newOrder(keys: string[]): KeyOrder {
  const sorted = keys.toSorted() // by UTF-16 code units, as RFC 8785 says
  return {
    keys,
    isCanonical: isSame(keys, sorted),
    hasNumbers: keys.some((key) => /^\d/.test(key)),
    isWellFormed: keys.every((key) => key.isWellFormed()),
    template: Object.fromEntries(sorted.map((key) => [key, undefined])),
  }
}

function remember(first: string, shapes: KeyOrder[] | undefined, order: KeyOrder): void {
  if (shapes === undefined) {
    if (known.size >= FIRST_KEYS) known.clear()
    known.set(first, [order])
    return
  }
  if (shapes.length >= SHAPES_OF_FIRST_KEY) shapes.shift()
  shapes.push(order)
}

function isSame(a: string[], b: string[]): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
