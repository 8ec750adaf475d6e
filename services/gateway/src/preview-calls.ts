import { ActionCalls, type ActionStore, cancelSubject, previewKey } from '@syncline/actions'
import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { PreviewProgress } from '@syncline/preview'
import type { ActionCall, ActionResult } from '@syncline/proto'
import type { Events } from './events.ts'

/** Under way through this process, waiting ones included. */
const LIMITS = { perEnvironment: 10, inAll: 100 }
/** For a runner with a free slot: previews take minutes. */
export const WAIT_MS = 5 * 60_000
/** From when it begins. A stream of gRPC lasts ten minutes for certain, and the preview is one. */
export const PREVIEW_MS = 9 * 60_000
/** A preview whose gateway and runner have both died is never heard of again. */
const LOST_AFTER_MS = WAIT_MS + PREVIEW_MS + 60_000

/**
 * Previews of syncs. They take the way of synchronous actions to a runner, and nobody waits for them: the runner stores the result,
 * or this process stores why there is none. Any gateway answers for any preview; only the one that has begun it knows how far it is.
 */
export class PreviewCalls implements Disposable {
  readonly #bus: Bus
  readonly #store: ActionStore
  readonly #events: Pick<Events, 'previewFailed'>
  readonly #calls: ActionCalls
  readonly #cancellations: { unsubscribe(): void }
  readonly #progress = new Map<string, PreviewProgress>()
  #isStopped = false

  constructor(bus: Bus, store: ActionStore, events: Pick<Events, 'previewFailed'>) {
    this.#bus = bus
    this.#store = store
    this.#events = events
    this.#calls = new ActionCalls(bus, store, LIMITS, {
      kind: 'preview',
      waitMs: WAIT_MS,
      onProgress: (id, json) => this.#progress.set(id, JSON.parse(Buffer.from(json).toString())),
    })
    const prefix = cancelSubject(bus, '')
    this.#cancellations = bus.connection.subscribe(`${prefix}*`, {
      callback: (error, { subject }) => {
        if (error) return
        const cancelled = new AppError('unavailable', 'the preview was cancelled before it began')
        this.#calls.giveUp(subject.slice(prefix.length), cancelled)
      },
    })
  }

  /**
   * Durable as a name when it returns; the preview goes on. If we die, the runner still stores its result; one that has not begun is
   * lost, and says so in time.
   */
  async begin(call: ActionCall): Promise<void> {
    const { id, environment } = call
    await this.#store.putRecord(begunKey(id), {
      environment,
      attempts: 0,
      result: undefined,
      askedAtMs: Date.now(),
    })
    const fail = (error: unknown) =>
      this.#store.putRecord(previewKey(id), { environment, attempts: 0, result: failureOf(error) })
    let result: Promise<ActionResult>
    try {
      result = this.#calls.begin(call)
    } catch (error) {
      await fail(error)
      throw error
    }
    // Of one that a runner has when we stop, the runner stores the result.
    void result
      .catch((error: unknown) => (this.#isStopped ? undefined : fail(error)))
      .catch((error: unknown) => this.#events.previewFailed(id, error))
      .finally(() => this.#progress.delete(id))
  }

  progress(id: string): PreviewProgress | null {
    return this.#progress.get(id) ?? null
  }

  /** @returns Undefined: there is none. */
  async find(environment: string, id: string) {
    const record = (await this.#store.record(previewKey(id))) ?? (await this.#store.record(begunKey(id)))
    if (record?.environment !== environment) return undefined
    if (record.result) return { result: record.result }
    const isLost = Date.now() - record.askedAtMs > LOST_AFTER_MS
    const lost = 'nobody knows what became of the preview: its gateway and its runner have ended'
    return { result: isLost ? failureOf(new AppError('in_doubt', lost)) : undefined }
  }

  cancel(id: string): void {
    this.#bus.connection.publish(cancelSubject(this.#bus, id))
  }

  stopBeginning(): void {
    this.#calls.stopBeginning()
  }

  [Symbol.dispose](): void {
    this.#isStopped = true
    this.#cancellations.unsubscribe()
    this.#calls[Symbol.dispose]()
  }
}

/** Another place than that of the result: an object that is written again under a reader can hold the reader up for long. */
const begunKey = (id: string) => `${previewKey(id)}.begun`

function failureOf(error: unknown): ActionResult {
  const known = error instanceof AppError ? error : new AppError('server_error', 'internal error')
  const nothing = Buffer.alloc(0)
  return { code: known.code, message: known.message, output: nothing, details: nothing, stored: false }
}
