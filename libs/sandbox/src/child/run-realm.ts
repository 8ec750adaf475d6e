import { createRequire } from 'node:module'
import { constants, createContext, Script } from 'node:vm'
import { encodeFrame, encodeFrameWithText, partsOfFrame } from '../frames.ts'
import { jsonFault } from '../json-fault.ts'
import type { Background } from './background.ts'
import { isSharedGlobal, isSharedModule } from './builtins.ts'
import { ChildTimers } from './child-timers.ts'
import type { CompiledBundle } from './common-js.ts'
import type { CommonJs, MessageLimits, Platform } from './platform.ts'
import type { Realm } from './realm/start-realm.ts'
import type { SharedState } from './shared-state.ts'

/** Made of the main realm's, as Node's own code makes and returns them; a realm's own would be another class. */
const FROM_MAIN = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'WebAssembly',
]

/** Of Node's globals, those that a realm lacks. */
const globalNames = (() => {
  const own = new Set(Object.getOwnPropertyNames(new Script('globalThis').runInContext(newContext())))
  const names = Object.getOwnPropertyNames(globalThis).filter((name) => !own.has(name) && name !== 'global')
  return [...names, ...FROM_MAIN.filter((name) => name in globalThis)]
})()

function newContext() {
  return createContext(constants.DONT_CONTEXTIFY)
}

const nodeRequire = createRequire('/function.js')
const { exit } = process
const { nextTick } = process
const mainQueueMicrotask = queueMicrotask

/** Of the process: what all of its realms have. */
export interface RealmDeps {
  program: Script
  write: (frame: Buffer) => void
  /** Undefined if the process is used once. */
  shared: SharedState | undefined
  background: Background
}

/**
 * A realm for one run: a new context of V8 with the program evaluated in it. What the run may touch is its own, but for Node's
 * modules and globals: those that it gets are recorded, so that a change of them is seen when it has ended.
 */
export class RunRealm {
  /** As they were when a run first asked for them. */
  static readonly #globals = new Map<string, unknown>()
  readonly #deps: RealmDeps
  readonly #timers = new ChildTimers()
  readonly #inside: Realm
  readonly #onEnded = Promise.withResolvers<void>()
  #bundle: CompiledBundle | undefined
  #isClosed = false
  /** Why the process is not used again. */
  taint: string | undefined

  constructor(deps: RealmDeps) {
    this.#deps = deps
    const context = newContext()
    const module = { exports: {} as { start: () => Realm } }
    const platform = this.#platform(context)
    deps.program.runInContext(context)(module.exports, platform.ownBuiltin, module, platform)
    this.#inside = module.exports.start()
  }

  /** Settles when the run has sent its result. */
  get ended(): Promise<void> {
    return this.#onEnded.promise
  }

  run(json: string, bundle: CompiledBundle | undefined): void {
    this.#bundle = bundle
    this.#inside.run(json)
  }

  receive(json: string, text: string): void {
    if (!this.#isClosed) this.#inside.receive(json, text)
  }

  fail(error: unknown): void {
    this.taint ??= 'an error that nobody caught'
    if (!this.#isClosed) this.#inside.fail(error)
  }

  /** Nothing comes out of it any more, and its timers end. */
  close(): void {
    this.#isClosed = true
    this.#timers.close()
  }

  #platform(context: ReturnType<typeof newContext>): Platform {
    const { write, shared, background } = this.#deps
    const timers = this.#timers
    const given = RunRealm.#globals
    const share = (root: unknown, isShared: boolean, why: string, isModule: boolean) => {
      if (isShared) shared?.record(root, { isModule })
      else this.taint ??= `it used ${why}`
      return root
    }
    return {
      send: (json) => {
        if (!this.#isClosed) write(encodeFrame(json))
      },
      sendCall: (json, text, limits) => {
        if (this.#isClosed) return 'the run has ended'
        const frame = text === undefined ? encodeFrame(json) : encodeFrameWithText(json, text)
        const fault = faultOf(frame, limits)
        if (!fault) write(frame)
        return fault
      },
      ended: () => this.#onEnded.resolve(),
      builtin: (name) => share(nodeRequire(name), isSharedModule(name), `the module ${name}`, true),
      ownBuiltin: (name) => nodeRequire(name),
      global: (name) => {
        if (!given.has(name)) given.set(name, Reflect.get(globalThis, name))
        return share(given.get(name), isSharedGlobal(name), name, false)
      },
      ownGlobal: (name) => Reflect.get(globalThis, name),
      globalNames,
      constructorOf: (name) => Reflect.get(globalThis, name),
      taint: (why) => {
        this.taint ??= why
      },
      opened: background.opened,
      closed: background.closed,
      startTimer: (kind, work, ms) => background.ours(() => timers.start(kind, work, ms)),
      stopTimer: (id) => timers.stop(id),
      queueMicrotask: (work) => {
        if (!this.#isClosed) mainQueueMicrotask(work)
      },
      nextTick: (work) => {
        if (!this.#isClosed) nextTick(work)
      },
      write: (stream, text, written) => void process[stream].write(text, () => written()),
      exit: (code) => exit(code),
      bundleText: () => this.#bundle?.text ?? '',
      bundleFunction: () => {
        const script = this.#bundle?.script
        if (script === undefined) return { name: 'Error', message: 'this run has no bundle', stack: '' }
        return script instanceof Script ? (script.runInContext(context) as CommonJs) : script
      },
    }
  }
}

function faultOf(frame: Buffer, limits: MessageLimits) {
  const { frameBytes } = limits
  if (frame.length > frameBytes) return `${frame.length} bytes at once; the limit is ${frameBytes}`
  return jsonFault(partsOfFrame(frame.subarray(4)).json, limits)
}
