import type { Platform } from '../platform.ts'

type Work = (...args: unknown[]) => void
type Kind = 'timeout' | 'interval' | 'immediate'

const promisify = Symbol.for('nodejs.util.promisify.custom')

/** The timers of one run: they end with it. Nothing of Node's own timers can be reached from them. */
export function realmTimers(platform: Platform) {
  class Timer {
    readonly #start: () => number
    #id: number
    #isActive = true
    #hasRef = true

    constructor(kind: Kind, work: unknown, ms: unknown, args: unknown[]) {
      if (typeof work !== 'function') {
        throw Object.assign(new TypeError('The "callback" argument must be of type function'), {
          code: 'ERR_INVALID_ARG_TYPE',
        })
      }
      const run = () => {
        if (kind !== 'interval') this.#isActive = false
        Reflect.apply(work as Work, this, args) // see above
      }
      this.#start = () => platform.startTimer(kind, run, Number(ms))
      this.#id = this.#start()
    }

    ref(): this {
      this.#hasRef = true
      return this
    }

    unref(): this {
      this.#hasRef = false
      return this
    }

    hasRef(): boolean {
      return this.#hasRef && this.#isActive
    }

    refresh(): this {
      platform.stopTimer(this.#id)
      this.#id = this.#start()
      this.#isActive = true
      return this
    }

    close(): this {
      platform.stopTimer(this.#id)
      this.#isActive = false
      return this
    }

    [Symbol.toPrimitive](): number {
      return this.#id
    }

    [Symbol.dispose](): void {
      this.close()
    }
  }

  const start =
    (kind: Kind) =>
    (work: unknown, ms?: unknown, ...args: unknown[]) =>
      new Timer(kind, work, ms, args)
  const stop = (timer: unknown): void => {
    if (timer instanceof Timer) timer.close()
    else if (typeof timer === 'number' || typeof timer === 'string') platform.stopTimer(Number(timer))
  }
  const setTimeout = start('timeout')
  const setInterval = start('interval')
  const setImmediate = (work: unknown, ...args: unknown[]) => new Timer('immediate', work, 0, args)

  type Options = { signal?: AbortSignal }
  const waited =
    <Args extends unknown[]>(begin: (done: () => void, ...args: Args) => Timer) =>
    (args: Args, value: unknown, { signal }: Options = {}) =>
      new Promise((resolve, reject) => {
        const abort = () => {
          timer.close()
          const cause = { cause: signal?.reason }
          const error = new Error('The operation was aborted', cause)
          reject(Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' }))
        }
        const timer = begin(
          () => {
            signal?.removeEventListener('abort', abort)
            resolve(value)
          },
          ...args,
        )
        if (signal?.aborted) abort()
        else signal?.addEventListener('abort', abort, { once: true })
      })
  const afterTimeout = waited((done, ms: unknown) => setTimeout(done, ms))
  const afterImmediate = waited((done) => setImmediate(done))
  const promises = {
    setTimeout: (ms?: unknown, value?: unknown, options?: Options) => afterTimeout([ms], value, options),
    setImmediate: (value?: unknown, options?: Options) => afterImmediate([], value, options),
    async *setInterval(ms?: unknown, value?: unknown, options?: Options) {
      for (;;) yield afterTimeout([ms], value, options)
    },
    scheduler: {
      wait: (ms?: unknown, options?: Options) => afterTimeout([ms], undefined, options),
      yield: () => afterImmediate([], undefined),
    },
  }
  Object.defineProperty(setTimeout, promisify, { value: promises.setTimeout })
  Object.defineProperty(setImmediate, promisify, { value: promises.setImmediate })

  const globals = {
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout: stop,
    clearInterval: stop,
    clearImmediate: stop,
  }
  return { globals, promises, module: { ...globals, promises } }
}
