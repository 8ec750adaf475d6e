import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * Makes single calls together: those of the same moment, and those that come while a batch is under way. One batch at a
 * time, of `size` items at most.
 */
export class Batcher<Item, Result> {
  readonly #size: number
  readonly #run: (items: Item[]) => Promise<Result[]>
  readonly #waiting: { item: Item; done: PromiseWithResolvers<Result> }[] = []
  #underWay = false

  /** @param run Gives one result for each item, in order. What it throws is the error of all of them. */
  constructor(size: number, run: (items: Item[]) => Promise<Result[]>) {
    this.#size = size
    this.#run = run
  }

  call(item: Item): Promise<Result> {
    const done = Promise.withResolvers<Result>()
    this.#waiting.push({ item, done })
    if (!this.#underWay) void this.#drain()
    return done.promise
  }

  async #drain(): Promise<void> {
    this.#underWay = true
    await nextTurn()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#size)
      try {
        const results = await this.#run(batch.map(({ item }) => item))
        for (const [i, { done }] of batch.entries()) done.resolve(results[i] as Result) // one for each
      } catch (error) {
        for (const { done } of batch) done.reject(error)
      }
    }
    this.#underWay = false
  }
}
