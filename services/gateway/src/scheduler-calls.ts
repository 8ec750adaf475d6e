import { repeat } from '@syncline/async'
import { AppError } from '@syncline/errors'
import type { SchedulesClient } from '@syncline/proto'
import type { Events } from './events.ts'

/** What people wait for: after this time the answer is made without the scheduler, or is an error. */
const ANSWER_MS = 2500
const PROBE_MS = 10_000

type Client = SchedulesClient<{ deadline?: number }>
type Call<T> = (client: Client, options: { deadline: number }) => Promise<T>

/** Reads of the scheduler. Asks it now and then whether it is there, so that it is known since when it is not. */
export class SchedulerCalls implements AsyncDisposable {
  readonly #client: Client
  readonly #events: Events
  readonly #probing: AsyncDisposable
  #answeredAt = Date.now()

  constructor(client: Client, events: Events) {
    this.#client = client
    this.#events = events
    const probe = () => this.askOrNone((schedules, options) => schedules.listSchedules({}, options))
    this.#probing = repeat(PROBE_MS, probe, { onFailure: events.schedulerFailed })
  }

  /** When it answered last; at first, the start of this process. */
  get answeredAt(): number {
    return this.#answeredAt
  }

  /** Fails with `unavailable` if it does not answer in time. */
  async ask<T>(call: Call<T>): Promise<T> {
    const answer = await this.askOrNone(call)
    if (answer !== undefined) return answer
    throw new AppError('unavailable', 'the scheduler does not answer at the moment: try again')
  }

  /** Undefined = it does not answer. */
  async askOrNone<T>(call: Call<T>): Promise<T | undefined> {
    try {
      const answer = await call(this.#client, { deadline: ANSWER_MS })
      this.#answeredAt = Date.now()
      this.#events.schedulerAnswered(true)
      return answer
    } catch (error) {
      // An error that it gives is an answer too.
      const answered = !(error instanceof AppError && error.retry)
      this.#events.schedulerAnswered(answered)
      if (answered) throw error
      return undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#probing[Symbol.asyncDispose]()
  }
}
