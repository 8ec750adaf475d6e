import type { Platform } from '../platform.ts'
import { processOf, timersOf } from './modules.ts'
import { realmNavigator, realmPerformance } from './process.ts'
import { realmStructuredClone } from './structured-clone.ts'

/** Given to this script by the main realm. */
declare const platform: Platform

/** Constructors of which Node's own code makes objects, or throws them, where a function can see it. */
const NAMES = ['Object', 'Function', 'Array', 'Promise', 'Map', 'Set', 'Date', 'RegExp']
const ERRORS = [
  'Error',
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
]

const define = (name: string, value: unknown) =>
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
const lazily = (name: string, make: () => unknown) =>
  Object.defineProperty(globalThis, name, {
    get: () => {
      const value = make()
      define(name, value)
      return value
    },
    set: (value) => void define(name, value),
    configurable: true,
    enumerable: false,
  })

for (const name of platform.globalNames) lazily(name, () => platform.global(name))
define('global', globalThis)
for (const [name, value] of Object.entries(timersOf(platform).globals)) define(name, value)
lazily('process', () => processOf(platform))
lazily('performance', () => realmPerformance(platform))
if (platform.globalNames.includes('navigator')) lazily('navigator', () => realmNavigator(platform)) // Node 20 has none
lazily('structuredClone', () => realmStructuredClone(platform))
define('queueMicrotask', (work: () => void) => {
  if (typeof work !== 'function') throw new TypeError('The "callback" argument must be of type function')
  platform.queueMicrotask(() => work())
})

/** An error that Node throws is an Error for the function, too, as are its lists an Array. */
for (const name of [...NAMES, ...ERRORS]) {
  const own = Reflect.get(globalThis, name) as (...args: never[]) => unknown // a constructor, see above
  const main = platform.constructorOf(name)
  const { [Symbol.hasInstance]: isInstance } = Function.prototype
  Object.defineProperty(own, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (Reflect.apply(isInstance, this, [value])) return true
      return this === own && main !== undefined && Reflect.apply(isInstance, main, [value])
    },
    configurable: true,
    writable: true,
  })
}

// What works in the background: the main realm has to know of it, or to end it.
const { FinalizationRegistry: Native } = globalThis
function Registry(cleanup: (held: unknown) => void): object {
  const work = (held: unknown) => platform.queueMicrotask(() => cleanup(held)) // after the end of the run it queues nothing
  return Reflect.construct(Native, [work], new.target ?? Registry)
}
Object.defineProperty(Registry, 'name', { value: 'FinalizationRegistry' })
Registry.prototype = Native.prototype
Object.defineProperty(Native.prototype, 'constructor', {
  value: Registry,
  writable: true,
  configurable: true,
})
define('FinalizationRegistry', Registry)

// With any arguments: they are passed on as they are.
const atomics = Atomics as unknown as {
  waitAsync: (...args: unknown[]) => { async: boolean; value: unknown }
}
const { waitAsync } = atomics
define('Atomics', Atomics)
Object.defineProperty(Atomics, 'waitAsync', {
  value: (...args: unknown[]) => {
    const waiting = waitAsync(...args)
    if (waiting.async) {
      platform.opened()
      void (waiting.value as Promise<unknown>).finally(platform.closed)
    }
    return waiting
  },
  writable: true,
  configurable: true,
})
