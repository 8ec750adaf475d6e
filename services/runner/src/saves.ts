import { AppError } from '@syncline/errors'
import {
  type BeginResponse,
  type ModelCounts,
  type Position,
  type RecordsClient,
  SaveMode,
  type SaveResponse,
} from '@syncline/proto'
import { batchOfTexts, encodeRecord, recordId } from '@syncline/record'
import { truncated } from '@syncline/sandbox'
import { type Attempt, streamOf, writerOf } from './attempt.ts'
import { WriteTally } from './facts/write-tally.ts'
import { retrying } from './retrying.ts'
import { nameOf, SkippedRecords } from './skipped-records.ts'
import type { Shape } from './sync-output.ts'

/** The record store may be restarted under a run. */
const SAVE_FOR_MS = 120_000
const NAMED_DUPLICATES = 5
const NOTE_SHAPE_MS = 5000
/** They travel with the end of the run, and are kept with it. */
const WARNINGS = 20
const WARNING_CHARS = 500
/** The record store does not keep how many were unchanged: that is of this attempt. */
const NONE = { added: 0, updated: 0, deleted: 0, unchanged: 0 }
const RESUMED =
  'the run went on at the checkpoint of an earlier run; trackDeletesStart and trackDeletesEnd can span runs'

/** Where it goes. */
export type RecordWrites = Pick<
  RecordsClient,
  | 'save'
  | 'delete'
  | 'findPosition'
  | 'startTrackingDeletes'
  | 'endTrackingDeletes'
  | 'deleteUnseen'
  | 'markIncomplete'
  | 'noteShape'
>
/** Whose it is. */
export type WritingAttempt = Pick<
  Attempt,
  'environment' | 'connectionUid' | 'variant' | 'runId' | 'sync' | 'fence' | 'foundCheckpoint'
>

/**
 * What an attempt writes. One write at a time for a stream, in the order in which the function asked; several streams
 * at once. The function's call returns when its write is durable, so a slow store slows the function down.
 */
export class Saves {
  readonly #warnings: string[] = []
  readonly #skipped: SkippedRecords
  /** By model, how writes treat records that others have modified; `keepAfter` undefined = they overwrite all. */
  readonly #strategies = new Map<string, { keepAfter: Position | undefined }>()
  /** Models of which the record store knows that the pass of the run is not complete. */
  readonly #marked = new Set<string>()
  readonly #records: RecordWrites
  readonly #attempt: WritingAttempt
  readonly #warn: (text: string) => void
  readonly #tally: WriteTally
  readonly #tails = new Map<string, Promise<unknown>>()
  readonly #counts = new Map<string, ModelCounts & { unchanged: number }>()
  #isResumed: boolean | undefined
  #begun = Promise.resolve()
  #hasBegun = false
  #heldBack = false
  #signal = new AbortController().signal
  /** The first write that failed: no checkpoint may be saved over it. */
  #failure: Error | undefined

  constructor(
    records: RecordWrites,
    attempt: WritingAttempt,
    warn: (text: string) => void,
    tally = new WriteTally(),
  ) {
    this.#records = records
    this.#attempt = attempt
    this.#warn = warn
    this.#tally = tally
    this.#skipped = new SkippedRecords(warn)
  }

  /** What belongs into the result of a run that succeeds. */
  get warnings(): string[] {
    return [...this.#skipped.summaries(), ...this.#warnings]
      .slice(0, WARNINGS)
      .map((text) => truncated(text, WARNING_CHARS))
  }

  /** For the result of the run; its log has them. */
  warn(warnings: string[]): void {
    this.#warnings.push(...warnings.slice(0, WARNINGS - this.#warnings.length))
  }

  /** @param begun What earlier attempts of the run have changed. Writes wait for it. */
  begin(models: string[], begun: Promise<BeginResponse>, signal: AbortSignal): void {
    for (const model of models) this.#counts.set(model, { model, ...NONE })
    this.#signal = signal
    this.#begun = begun.then(({ counts }) => {
      for (const count of counts) this.#counts.set(count.model, { ...NONE, ...count, unchanged: 0 })
      this.#hasBegun = true
    })
    this.#begun.catch(() => {}) // whoever waits for it gets the error, too
  }

  /** Settles when earlier attempts can't write any more. */
  get begun(): Promise<void> {
    return this.#begun
  }

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Deletions of the run were held back. */
  get heldBack(): boolean {
    return this.#heldBack
  }

  counts(): ModelCounts[] {
    return [...this.#counts.values()]
  }

  /**
   * What waits is the batch as bytes. A record that can't be stored was left out by the function's process. It is still in the source:
   * what the store has of it counts as seen.
   *
   * @param records The texts of the records, one after the other, and the length of each.
   */
  save(
    model: string,
    mode: 'replace' | 'merge',
    records: { text: Buffer; sizes: number[] },
    skipped: { index: number; id?: string | undefined; reason: string }[] = [],
  ): Promise<void> {
    this.known(model)
    const batch = batchOfTexts(records.text, records.sizes)
    if (batch === undefined)
      throw new AppError('invalid_record', `model '${model}': the records are not as batchSave sends them`)
    const all = skipped.map(({ id, index, reason }) => ({
      id,
      name: nameOf(id, `record ${index}`),
      reason,
    }))
    this.#skipped.add(model, all)
    // An id that no record can have is one that the store does not have.
    const seenIds = all.flatMap(({ id }) => (id && recordId(id)) ?? [])
    const saveMode = mode === 'merge' ? SaveMode.MERGE : SaveMode.REPLACE
    return this.#inTurn(
      model,
      (target, signal) => {
        const { keepAfter } = this.#strategies.get(model) ?? {}
        return this.#records.save({ ...target, mode: saveMode, batch, seenIds, keepAfter }, { signal })
      },
      { records: records.sizes.length, bytes: records.text.length },
    )
  }

  /** A record whose id is not valid fails the whole call: nothing else would ever delete what it means. */
  delete(model: string, first: number, values: unknown[]): Promise<void> {
    this.known(model)
    const ids = values.map((value, i) => encodeRecord(value, `record ${first + i} of model '${model}'`).id)
    return this.#inTurn(
      model,
      (target, signal) => {
        const { keepAfter } = this.#strategies.get(model) ?? {}
        return this.#records.delete({ ...target, ids, keepAfter }, { signal })
      },
      { records: ids.length, bytes: 0 },
    )
  }

  /**
   * Once for a model. With `ignore_if_modified_after`, what others modify from now on, or after `cursor`, is left alone by later
   * writes. What these writes modify may be written again: each moves the position on. If the answer to a write is lost and it is
   * repeated, it modifies nothing, and the position stays: then the run's later writes leave alone what that write has modified.
   */
  async setMergingStrategy(
    model: string,
    strategy: 'override' | 'ignore_if_modified_after',
    cursor: string,
  ): Promise<void> {
    this.known(model)
    if (this.#strategies.has(model)) {
      this.#warn(`model '${model}': its merging strategy is set already, and stays for this run`)
      return
    }
    const chosen: { keepAfter: Position | undefined } = { keepAfter: undefined }
    this.#strategies.set(model, chosen)
    if (strategy === 'override') return
    await this.#inTurn(model, async ({ stream }, signal) => {
      chosen.keepAfter = (await this.#records.findPosition({ stream, cursor }, { signal })).position
      return undefined
    })
  }

  /**
   * @param pass `incomplete`: why it was not complete, as far as the function knows; empty = it was. `allowIncomplete`: the
   * function knows that every live record was saved nevertheless. What was skipped it does not know.
   */
  async trackDeletes(
    model: string,
    step: 'start' | 'end' | 'previous',
    { allowMassDelete = false, allowIncomplete = false, incomplete = '' } = {},
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
        const resumed = step === 'previous' && this.#isResumed ? RESUMED : ''
        const reason = this.#incomplete(model, allowIncomplete ? '' : incomplete || resumed)
        const request = { ...target, allowMassDelete, allowIncomplete, incomplete: reason }
        const response =
          step === 'end'
            ? await this.#records.endTrackingDeletes(request, { signal })
            : await this.#records.deleteUnseen(request, { signal })
        more = response.more
        this.#heldBack ||= response.warning !== ''
        return response
      })
    }
  }

  /**
   * Tells the record store of each model whose pass is not complete so far, for what the function knows (`reason`) or for
   * records that were skipped. Before a checkpoint is stored: whoever goes on there does not see again what is missing.
   */
  async markIncomplete(reason: string): Promise<void> {
    const models = [...this.#counts.keys()].filter(
      (model) => !this.#marked.has(model) && this.#incomplete(model, reason) !== '',
    )
    await Promise.all(
      models.map((model) =>
        this.#inTurn(model, async (target, signal) => {
          await this.#records.markIncomplete(
            { ...target, reason: this.#incomplete(model, reason) },
            { signal },
          )
          this.#marked.add(model)
          return undefined
        }),
      ),
    )
  }

  /**
   * The first checkpoint that the function reads or saves. A run that goes on at one of an earlier run does not list what lies
   * before it, so it can't tell what is gone. A window of delete tracking can: it spans runs. A later attempt goes on at a
   * checkpoint of its run, which may have begun like that, or at the earlier run's if those before it came to nothing.
   */
  sawCheckpoint(by: 'read' | 'saved', json: string): void {
    this.#isResumed ??= by === 'read' && json !== '' && this.#attempt.foundCheckpoint
  }

  /** Warns of fields that are new, missing or of another type. It costs no run its success: if it fails, the next run tells it. */
  async noteShapes(shapes: Shape[]): Promise<void> {
    const noted = shapes.filter(({ model }) => this.#counts.has(model))
    await Promise.all(
      noted.map(async ({ model, ...shape }) => {
        const target = { stream: streamOf(this.#attempt, model), writer: writerOf(this.#attempt) }
        const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(NOTE_SHAPE_MS)])
        const { drift } = await this.#records
          .noteShape({ ...target, ...shape }, { signal })
          .catch(() => ({ drift: [] }))
        for (const what of drift) {
          const warning = `model '${model}': fields ${what}`
          this.#warn(warning)
          this.warn([warning])
        }
      }),
    )
  }

  /** The log of the attempt gets its last words on what was skipped. */
  logSkipped(): void {
    this.#skipped.logSummaries()
  }

  /** Waits for every write so far; fails if one of the run's writes has failed. */
  async settled(): Promise<void> {
    await this.#begun
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

  #incomplete(model: string, reason: string): string {
    return reason || this.#skipped.incompleteReason(model)
  }

  #inTurn(
    model: string,
    write: (
      target: { stream: ReturnType<typeof streamOf>; writer: ReturnType<typeof writerOf> },
      signal: AbortSignal,
    ) => Promise<SaveResponse | undefined>,
    batch?: { records: number; bytes: number },
  ): Promise<void> {
    this.known(model)
    const target = { stream: streamOf(this.#attempt, model), writer: writerOf(this.#attempt) }
    const before = this.#tails.get(model) ?? this.#begun
    const turn = before.then(async () => {
      const ended = this.#tally.begin(model)
      let done: typeof batch
      try {
        const response = await retrying((signal) => write(target, signal), {
          forMs: SAVE_FOR_MS,
          signal: this.#signal,
        })
        done = batch
        if (response) this.#account(model, response)
      } finally {
        ended(done)
      }
    })
    this.#tails.set(
      model,
      turn.catch((error: Error) => {
        this.#failure ??= error
      }),
    )
    return turn
  }

  #account(model: string, response: SaveResponse): void {
    const { added, updated, deleted, unchanged, duplicateIds, warning, position } = response
    const strategy = this.#strategies.get(model)
    if (strategy?.keepAfter && position) strategy.keepAfter = position
    const count = this.#counts.get(model)
    if (count) {
      count.added += added
      count.updated += updated
      count.deleted += deleted
      count.unchanged += unchanged
    }
    if (warning) {
      if (this.#warnings.length < WARNINGS) this.#warnings.push(warning)
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
