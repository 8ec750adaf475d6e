import { orAborted } from './or-aborted.ts'

/**
 * One at a time for each key, in order of arrival, within this process: it does not have to poll for locks that it
 * holds itself.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Who gives up by `signal` keeps nobody behind it from its turn. */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const before = this.#last.get(key)
    const last = before ? before.then(() => ended) : ended
    this.#last.set(key, last)
    try {
      if (before) await orAborted(before, signal)
      return await work()
    } finally {
      end()
      void last.then(() => {
        if (this.#last.get(key) === last) this.#last.delete(key)
      })
    }
  }
}
