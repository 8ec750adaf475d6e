import type { Models, RecordOf } from './models.ts'
import type { Unchecked } from './unchecked.ts'

/** Reads and writes records of the sync's models. */
export interface RecordMethods<M extends Models = Models> {
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
  /** By the ids as they were given; what is not there is absent. */
  getRecordsByIds<I extends Id, T = Unchecked>(ids: I[], model: keyof M & string): Promise<Map<I, T>>
  /** Every record of the model, page after page in the order of change. */
  listRecords<T = Unchecked>(
    model: keyof M & string,
    options?: { cursor?: string },
  ): AsyncGenerator<T[], undefined, void>
  setMergingStrategy(strategy: { strategy: 'override' }, model: keyof M & string): Promise<void>
  /** From here to `trackDeletesEnd`, in this run or a later one, every live record is to be saved. */
  trackDeletesStart(model: keyof M & string): Promise<void>
  /**
   * Deletes the records that were not saved since `trackDeletesStart`. If that is most of them, nothing is deleted and
   * the run ends with a warning, in case the API has left some out by mistake: `allowMassDelete` deletes them.
   */
  trackDeletesEnd(model: keyof M & string, options?: { allowMassDelete?: boolean }): Promise<void>
  /** @deprecated Use `trackDeletesStart` and `trackDeletesEnd`. */
  deleteRecordsFromPreviousExecutions(
    model: keyof M & string,
    options?: { allowMassDelete?: boolean },
  ): Promise<void>
}

type Id = string | number
