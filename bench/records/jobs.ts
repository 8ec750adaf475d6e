/** What the benchmark asks of a client process: see client.ts. */

/** Which records are changed, and how, in which portions. */
export type Batches = {
  streams: string[]
  environment?: string
  /** Saves whole records without it; a merge brings a small part of each, a delete their ids. */
  change?: 'merge' | 'delete'
  /** Numbers of the records, the same in each stream. */
  from: number
  to: number
  /** Records of a save. */
  per: number
  version: number
  /** Words in the body of a record: what makes it large. */
  words?: number
  /** From one number to the next, 1 without it. */
  step?: number
  /** Only each n-th record has the version, the others have 0. */
  changedEvery?: number
  /** Each n-th record is left out. */
  skipEvery?: number
  runId: string
  fence: number
}

export type Counts = { added: number; updated: number; unchanged: number; deleted: number }
/** `end` is the cursor of the last record. */
export type Reading = { records: number; end: string; pagesMs: number[] }

export type Jobs = {
  connect(address: string): void
  /** Begins a run, as runners do, and makes its records ready: outside of what is measured. */
  prepare(batches: Batches): void
  /**
   * Sends what is ready; it stays ready. One call after the other, or `streamsAtOnce`: one after the other in each
   * stream, all streams at once, as runs do.
   */
  send(how: { streamsAtOnce: boolean }): Counts
  /** Makes records and saves them at once: for what is too much to hold. */
  stream(batches: Batches): Counts
  /** Saves one version of the records after the other, until an instant. */
  loadUntil(batches: Batches & { until: number }): void
  /** Follows cursors from `cursor`, at most `pages` pages. */
  read(at: { stream: string; environment?: string; cursor: string; limit: number; pages: number }): Reading
  writeUntil(load: WriteLoad): Written[]
  readSlowlyUntil(load: SlowReadLoad): SlowReads
}

/** New records into each stream, a batch after the other, all streams at once; what is refused is sent again. */
export type WriteLoad = {
  streams: StreamName[]
  per: number
  /** No batch begins after this instant. */
  until: number
  /** A batch is sent again until this instant. */
  giveUpAt: number
  runId: string
}
/** `unanswered`: records of a batch that was given up, of which nobody knows. */
export type Written = StreamName & { acknowledged: number; unanswered: number; refusals: number }

/** The first page of each stream, again and again, all streams at once: a piece is taken, then nothing for a while. */
export type SlowReadLoad = { streams: StreamName[]; limit: number; pauseMs: number; until: number }
export type SlowReads = { pages: number; pieces: number; refusals: number }

export type StreamName = { environment: string; stream: string }

export const ENVIRONMENT = 'bench'
export const SYNC = 'bench'
export const streamOf = (name: string, environment = ENVIRONMENT) => ({
  environment,
  connection: name,
  model: 'Issue',
  variant: 'base',
})

export const addUp = (counts: Counts[]): Counts =>
  counts.reduce((sum, next) => ({
    added: sum.added + next.added,
    updated: sum.updated + next.updated,
    unchanged: sum.unchanged + next.unchanged,
    deleted: sum.deleted + next.deleted,
  }))
