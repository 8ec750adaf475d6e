import type { Platform } from '../platform.ts'

/** Node's own makes objects of the main realm, of which `instanceof` says that they are nothing that a function knows. */
export function realmStructuredClone(platform: Platform): (value: unknown, options?: object) => unknown {
  const node = platform.global('structuredClone') as (value: unknown, options?: object) => unknown
  return (value, options) => (options === undefined ? clone(value, new Map(), node) : node(value, options))
}

const ERRORS = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]

function clone(value: unknown, seen: Map<object, unknown>, node: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    // Of a function or a symbol Node's error says that it can't be cloned.
    return typeof value === 'function' || typeof value === 'symbol' ? node(value) : value
  }
  if (seen.has(value)) return seen.get(value)
  const into = <T extends object>(made: T, fill: (made: T) => void = () => {}): T => {
    seen.set(value, made)
    fill(made)
    return made
  }
  const each = (inner: unknown) => clone(inner, seen, node)
  if (Array.isArray(value)) {
    return into(new Array(value.length), (made) => {
      for (const key of Object.keys(value)) Reflect.set(made, key, each(Reflect.get(value, key)))
    })
  }
  if (value instanceof Date) return into(new Date(value))
  if (value instanceof RegExp) return into(new RegExp(value.source, value.flags))
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return into(Object(value.valueOf()) as object)
  }
  if (value instanceof Map) {
    return into(new Map(), (made) => {
      for (const [key, inner] of value) made.set(each(key), each(inner))
    })
  }
  if (value instanceof Set) {
    return into(new Set(), (made) => {
      for (const inner of value) made.add(each(inner))
    })
  }
  if (value instanceof Error) {
    const kind = ERRORS.find(({ name }) => name === value.name) ?? Error
    return into(new kind(value.message), (made) => {
      Object.defineProperty(made, 'stack', { value: value.stack, writable: true, configurable: true })
      if ('cause' in value) made.cause = each(value.cause)
    })
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  const isOfRealm = prototype === null || value instanceof Object
  // Buffers, blobs and keys are Node's; promises and weak maps can't be cloned, and Node's error says so.
  if (!isOfRealm || ArrayBuffer.isView(value) || isNodes(value)) return node(value)
  return into({}, (made) => {
    for (const key of Object.keys(value)) Reflect.set(made, key, each(Reflect.get(value, key)))
  })
}

function isNodes(value: object): boolean {
  const tag = Object.prototype.toString.call(value)
  return tag !== '[object Object]'
}
