import type { Models, RecordOf } from './models.ts'
import type { Unchecked } from './unchecked.ts'

/** Reads records that syncs have saved for the connection. */
export interface RecordReads<Model extends string = string> {
  /** By the ids as they were given; what is not there is absent. */
  getRecordsByIds<I extends Id, T = Unchecked>(ids: I[], model: Model): Promise<Map<I, T>>
  /** Every record of the model, page after page in the order of change. */
  listRecords<T = Unchecked>(
    model: Model,
    options?: { cursor?: string },
  ): AsyncGenerator<T[], undefined, void>
}

/** Reads and writes records of the sync's models. */
export interface RecordMethods<M extends Models = Models> extends RecordReads<keyof M & string> {
  /** Saves whole records: new ones are added, changed ones replaced. */
  batchSave<Name extends keyof M & string>(records: RecordOf<M, Name>[], model: Name): Promise<true>
  /** Merges parts into records that exist. */
  batchUpdate<Name extends keyof M & string>(
    records: (Partial<RecordOf<M, Name>> & { id: Id })[],
    model: Name,
  ): Promise<true>
  batchDelete<Name extends keyof M & string>(
    records: (Partial<RecordOf<M, Name>> & { id: Id })[],
    model: Name,
  ): Promise<true>
  /** @deprecated Use `batchSave`. */
  batchSend<Name extends keyof M & string>(records: RecordOf<M, Name>[], model: Name): Promise<true>
  /**
   * How writes of this run treat records that others (a webhook, another sync) have modified: they overwrite them (`override`, the
   * default), or leave them alone if they were modified after this call, or after `cursor`. What the run itself has saved may be saved
   * again, and records that are new are always added. Call it once for a model, before you fetch; later calls only warn.
   */
  setMergingStrategy(
    merging: { strategy: 'override' | 'ignore_if_modified_after'; cursor?: string },
    model: keyof M & string,
  ): Promise<void>
  /** From here to `trackDeletesEnd`, in this run or a later one, every live record is to be saved. */
  trackDeletesStart(model: keyof M & string): Promise<void>
  /**
   * Deletes the records that were not saved since `trackDeletesStart`. Nothing is deleted if a request or a page list of
   * the run failed and did not succeed later, also where the function caught the error: what it should have brought would
   * count as deleted. If most of the records would be deleted, nothing is, and the run ends with a warning, in case the
   * API has left some out by mistake.
   */
  trackDeletesEnd(model: keyof M & string, options?: DeleteOptions): Promise<void>
  /** @deprecated Use `trackDeletesStart` and `trackDeletesEnd`. */
  deleteRecordsFromPreviousExecutions(model: keyof M & string, options?: DeleteOptions): Promise<void>
}

export interface DeleteOptions {
  /** Deletes even most of the records. */
  allowMassDelete?: boolean
  /** Deletes although requests have failed: the function knows that every live record was saved nevertheless. */
  allowIncomplete?: boolean
}

type Id = string | number
