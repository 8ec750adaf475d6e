import PQueue from 'p-queue'
import { type Dispatcher, Pool } from 'undici'

/** Statements that wait hold their text and their caller. A pool with more of them refuses the next one. */
const WAITING_MAX = 2000

/** The request never left this process. */
export class NotSentError extends Error {
  override name = 'NotSentError'
}

export type Send = (request: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>

/**
 * HTTP requests of one kind: `size` of them at a time, the others wait here in order of arrival. They never wait in the
 * HTTP client, which has no deadline for what it queues.
 */
export class RequestPool implements AsyncDisposable {
  readonly #connections: Pool
  readonly #queue: PQueue

  constructor(origin: string, size: number) {
    // Requests end by their signal, which counts from the call.
    this.#connections = new Pool(origin, { connections: size, headersTimeout: 0, bodyTimeout: 0 })
    this.#queue = new PQueue({ concurrency: size })
  }

  /**
   * Has a connection while `call` runs. When the signal aborts, a call that waits is removed, and a request under way
   * loses its connection.
   */
  async run<T>(signal: AbortSignal, call: (send: Send) => Promise<T>): Promise<T> {
    if (this.#queue.size >= WAITING_MAX)
      throw new NotSentError(`${WAITING_MAX} statements wait for a connection`)
    let begun = false
    const task = () => {
      begun = true
      return call((request) => this.#connections.request({ ...request, signal }))
    }
    try {
      return await this.#queue.add(task, { signal })
    } catch (cause) {
      if (begun) throw cause
      throw new NotSentError('no connection became free in time', { cause })
    }
  }

  /** What is under way fails, and so does what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections.destroy()
  }
}
