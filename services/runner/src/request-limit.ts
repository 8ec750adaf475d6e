import { REQUESTS_AT_ONCE } from '@syncline/outgoing'
import pLimit from 'p-limit'

/** Waits outside of the limit: another request may work meanwhile. Returns when this one may work again. */
export type WaitOutside = (wait: () => Promise<void>) => Promise<void>

/** How many requests of a run work at the same time. Those that wait for their API do not count. */
export class RequestLimit {
  readonly #limit = pLimit(REQUESTS_AT_ONCE)

  async run<T>(work: (waitOutside: WaitOutside) => Promise<T>): Promise<T> {
    let leave = await this.#enter()
    const waitOutside: WaitOutside = async (wait) => {
      leave()
      try {
        await wait()
      } finally {
        leave = await this.#enter()
      }
    }
    try {
      return await work(waitOutside)
    } finally {
      leave()
    }
  }

  /** Returns what lets the next request work. */
  #enter(): Promise<() => void> {
    return new Promise((entered) => {
      void this.#limit(() => new Promise<void>((leave) => entered(leave)))
    })
  }
}
