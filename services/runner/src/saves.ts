import { AppError } from '@syncline/errors'
import { type ModelCounts, type RecordsClient, SaveMode, type SaveResponse } from '@syncline/proto'
import { batchOf, encodeRecord } from '@syncline/record'
import { truncated } from '@syncline/sandbox'
import { type Attempt, streamOf, writerOf } from './attempt.ts'
import { retrying } from './retrying.ts'

/** The record store may be restarted under a run. */
const SAVE_FOR_MS = 120_000
const NAMED_DUPLICATES = 5
/** They travel with the end of the run, in one message of NATS. */
const WARNINGS = 20
const WARNING_CHARS = 500

/**
 * What an attempt writes. One write at a time for a stream, in the order in which the function asked; several streams
 * at once. The function's call returns when its write is durable, so a slow store slows the function down.
 */
export class Saves {
  /** What belongs into the result of a run that succeeds. */
  readonly warnings: string[] = []
  readonly #records: RecordsClient
  readonly #attempt: Attempt
  readonly #warn: (text: string) => void
  readonly #tails = new Map<string, Promise<unknown>>()
  readonly #counts = new Map<string, ModelCounts>()
  #signal = new AbortController().signal
  /** The first write that failed: no checkpoint may be saved over it. */
  #failure: Error | undefined

  constructor(records: RecordsClient, attempt: Attempt, warn: (text: string) => void) {
    this.#records = records
    this.#attempt = attempt
    this.#warn = warn
  }

  /** @param counts What earlier attempts of the run have changed. */
  begin(models: string[], counts: ModelCounts[], signal: AbortSignal): void {
    for (const model of models) this.#counts.set(model, { model, added: 0, updated: 0, deleted: 0 })
    for (const count of counts) this.#counts.set(count.model, { ...count })
    this.#signal = signal
  }

  counts(): ModelCounts[] {
    return [...this.#counts.values()]
  }

  /** What waits is the batch as bytes. The values are not kept: so this is no async function, which would keep them. */
  save(model: string, mode: 'replace' | 'merge', first: number, values: unknown[]): Promise<void> {
    const batch = batchOf(this.#encode(model, first, values))
    const saveMode = mode === 'merge' ? SaveMode.MERGE : SaveMode.REPLACE
    return this.#inTurn(model, (target, signal) =>
      this.#records.save({ ...target, mode: saveMode, batch }, { signal }),
    )
  }

  delete(model: string, first: number, values: unknown[]): Promise<void> {
    const ids = this.#encode(model, first, values).map(({ id }) => id)
    return this.#inTurn(model, (target, signal) => this.#records.delete({ ...target, ids }, { signal }))
  }

  async trackDeletes(
    model: string,
    step: 'start' | 'end' | 'previous',
    allowMassDelete = false,
  ): Promise<void> {
    if (step === 'start') {
      await this.#inTurn(model, async (target, signal) => {
        await this.#records.startTrackingDeletes(target, { signal })
        return undefined
      })
      return
    }
    // A long deletion takes several calls; each is retried by itself, and what it has deleted counts.
    for (let more = true; more; ) {
      await this.#inTurn(model, async (target, signal) => {
        const request = { ...target, allowMassDelete }
        const response =
          step === 'end'
            ? await this.#records.endTrackingDeletes(request, { signal })
            : await this.#records.deleteUnseen(request, { signal })
        more = response.more
        return response
      })
    }
  }

  /** Waits for every write so far; fails if one of the run's writes has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#tails.values())
    if (!this.#failure) return
    const code = this.#failure instanceof AppError ? this.#failure.code : 'server_error'
    throw new AppError(code, `an earlier write has failed: ${this.#failure.message}`, {
      cause: this.#failure,
    })
  }

  /** @throws If the sync does not declare the model. */
  known(model: string): void {
    if (this.#counts.has(model)) return
    const declared = [...this.#counts.keys()].join(', ')
    throw new AppError(
      'unknown_model',
      `the model '${model}' is not one that this sync declares, which are: ${declared}`,
    )
  }

  #encode(model: string, first: number, values: unknown[]) {
    this.known(model)
    return values.map((value, index) => encodeRecord(value, `record ${first + index} of model '${model}'`))
  }

  #inTurn(
    model: string,
    write: (
      target: { stream: ReturnType<typeof streamOf>; writer: ReturnType<typeof writerOf> },
      signal: AbortSignal,
    ) => Promise<SaveResponse | undefined>,
  ): Promise<void> {
    this.known(model)
    const target = { stream: streamOf(this.#attempt, model), writer: writerOf(this.#attempt) }
    const before = this.#tails.get(model) ?? Promise.resolve()
    const turn = before.then(async () => {
      const response = await retrying((signal) => write(target, signal), {
        forMs: SAVE_FOR_MS,
        signal: this.#signal,
      })
      if (response) this.#account(model, response)
    })
    this.#tails.set(
      model,
      turn.catch((error: Error) => {
        this.#failure ??= error
      }),
    )
    return turn
  }

  #account(model: string, { added, updated, deleted, duplicateIds, warning }: SaveResponse): void {
    const count = this.#counts.get(model)
    if (count) {
      count.added += added
      count.updated += updated
      count.deleted += deleted
    }
    if (warning) {
      if (this.warnings.length < WARNINGS) this.warnings.push(truncated(warning, WARNING_CHARS))
      this.#warn(`model '${model}': ${warning}`)
    }
    if (duplicateIds.length === 0) return
    const named = duplicateIds.slice(0, NAMED_DUPLICATES).map((id) => `'${id}'`)
    const more = duplicateIds.length > named.length ? ` and ${duplicateIds.length - named.length} more` : ''
    this.#warn(
      `model '${model}': a batch held ids twice, the last record of each was kept: ${named.join(', ')}${more}`,
    )
  }
}
