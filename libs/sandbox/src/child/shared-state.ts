const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect
const { is } = Object

/** With more, something is in it that has no end. */
const MOST_OBJECTS = 20_000

type Key = string | symbol
interface Seen {
  object: object
  keys: Key[]
  descriptors: PropertyDescriptor[]
  prototype: object | null
}
/** What an accessor of a module gives, such as a default that a setter changes. */
interface Value {
  of: object
  key: Key
  value: unknown
}

/**
 * What all realms of a process share: the intrinsics of the main realm, and the modules and globals of Node that a function
 * was given. They are recorded before a function can have changed them, and compared after each run: names, values,
 * accessors and prototypes of everything that can be reached from them. State that Node keeps in closures is not seen; the
 * modules that have some are not shared: see `builtins.ts`.
 */
export class SharedState {
  readonly #globals = ownKeys(globalThis)
  readonly #seen = new Map<object, Seen>()
  /** Functions are frozen, and need no comparison: they are two thirds of all. */
  readonly #fixed = new Set<object>()
  readonly #values: Value[] = []

  constructor() {
    for (const intrinsic of intrinsics()) this.record(intrinsic)
  }

  /**
   * @param isModule What accessors of it and of its functions give is recorded, too: it may be a default that a setter changes,
   * or be made when it is first read.
   */
  record(root: unknown, { isModule = false } = {}): void {
    if (isObject(root) && !this.#seen.has(root)) this.#walk(root, isModule)
  }

  /** The name of what is not as it was recorded. */
  changed(): string | undefined {
    const globals = ownKeys(globalThis)
    const global = globals.find((key, at) => key !== this.#globals[at])
    if (global !== undefined || globals.length < this.#globals.length) return `globalThis.${String(global)}`
    for (const seen of this.#seen.values()) {
      const key = changedKey(seen)
      if (key !== undefined) return `${nameOf(seen.object)}.${String(key)}`
    }
    for (const { of, key, value } of this.#values) {
      if (!is(read(of, key), value)) return `${nameOf(of)}.${String(key)}`
    }
    return undefined
  }

  #walk(root: object, isModule: boolean): void {
    const left: object[] = [root]
    const add = (value: unknown) => {
      if (isObject(value) && !this.#seen.has(value) && !this.#fixed.has(value)) left.push(value)
    }
    while (left.length > 0) {
      const object = left.pop() as object // there is one
      if (this.#seen.has(object) || this.#fixed.has(object)) continue
      if (this.#seen.size > MOST_OBJECTS) throw new Error('what all runs share is too much to be compared')
      if (isModule && (object === root || typeof object === 'function')) this.#readAccessors(object, add)
      const keys = ownKeys(object)
      const prototype = getPrototypeOf(object)
      add(prototype)
      if (isPlainFunction(object, keys)) {
        this.#fixed.add(Object.freeze(object))
        continue
      }
      const descriptors = keys.map((key) => getOwnPropertyDescriptor(object, key) ?? {})
      this.#seen.set(object, { object, keys, descriptors, prototype })
      for (const { value, get, set } of descriptors) {
        add(value)
        add(get)
        add(set)
      }
    }
  }

  #readAccessors(of: object, add: (value: unknown) => void): void {
    for (const key of ownKeys(of)) {
      if (!getOwnPropertyDescriptor(of, key)?.get) continue
      const value = read(of, key)
      const isStillRead = getOwnPropertyDescriptor(of, key)?.get !== undefined
      if (isStillRead) this.#values.push({ of, key, value })
      add(value)
    }
  }
}

function changedKey({ object, keys, descriptors, prototype }: Seen): Key | undefined {
  if (getPrototypeOf(object) !== prototype) return 'prototype'
  const now = ownKeys(object)
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as Key // below the length
    if (now[at] !== key) return now[at] ?? key
    const before = descriptors[at] as PropertyDescriptor // as many as keys
    const after = getOwnPropertyDescriptor(object, key)
    if (
      after === undefined ||
      !is(after.value, before.value) ||
      after.get !== before.get ||
      after.set !== before.set ||
      after.writable !== before.writable ||
      after.enumerable !== before.enumerable ||
      after.configurable !== before.configurable
    )
      return key
  }
  return now[keys.length]
}

/** It has what every function has, and is not a constructor: nothing inherits from it. */
const isPlainFunction = (object: object, keys: Key[]): boolean =>
  typeof object === 'function' && keys.length === 2 && keys.includes('length') && keys.includes('name')

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

function read(of: object, key: Key): unknown {
  try {
    return Reflect.get(of, key)
  } catch {
    return undefined // it is meant for instances
  }
}

function nameOf(object: object): string {
  const named = typeof object === 'function' ? object : object.constructor
  return typeof named === 'function' && typeof named.name === 'string' ? named.name : 'an object'
}

/** Of the main realm. Those without a name in `globalThis` are prototypes of the others, or reached by syntax. */
function intrinsics(): unknown[] {
  const named = INTRINSICS.map((name) => Reflect.get(globalThis, name))
  const iterators = [
    [].values(),
    new Map().values(),
    new Set().values(),
    ''[Symbol.iterator](),
    ''.matchAll(/a/g),
  ]
  const functions = [async () => {}, function* () {}, async function* () {}]
  return [...named, ...iterators.map(getPrototypeOf), ...functions.map(getPrototypeOf)]
}

const INTRINSICS =
  `Object Function Array Number Boolean String Symbol BigInt Date Promise RegExp Error AggregateError EvalError
  RangeError ReferenceError SyntaxError TypeError URIError SuppressedError JSON Math Reflect Proxy Intl Temporal Atomics Iterator
  ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array
  Float16Array Float32Array Float64Array BigInt64Array BigUint64Array Map Set WeakMap WeakSet WeakRef FinalizationRegistry
  DisposableStack AsyncDisposableStack WebAssembly parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI
  decodeURIComponent escape unescape eval`.split(/\s+/)
