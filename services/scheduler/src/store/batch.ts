interface Waiting<Request, Answer> {
  request: Request
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/**
 * Calls that come while one is under way become one call, in their order: the more there are, the less each costs. One that comes
 * alone is sent at once.
 */
export class Batch<Request, Answer> {
  readonly #send: (requests: Request[]) => Promise<Answer[]>
  readonly #max: number
  #waiting: Waiting<Request, Answer>[] = []
  #isSending = false

  constructor(send: (requests: Request[]) => Promise<Answer[]>, max: number) {
    this.#send = send
    this.#max = max
  }

  /** The caller bounds how many wait: each belongs to a call that has a deadline. */
  add(request: Request): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#waiting.push({ request, resolve, reject })
    if (!this.#isSending) void this.#sendAll()
    return promise
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    // Those that came with the same read of the network go together.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#max)
      try {
        const answers = await this.#send(batch.map(({ request }) => request))
        for (const [i, { resolve }] of batch.entries()) resolve(answers[i] as Answer)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isSending = false
  }
}
