/** What the benchmark asks of a client process: see client.ts. */

/** Which records are saved, in which portions. */
export type Batches = {
  streams: string[]
  /** Numbers of the records, the same in each stream. */
  from: number
  to: number
  /** Records of a save. */
  per: number
  version: number
  /** From one number to the next, 1 without it. */
  step?: number
  /** Only each n-th record has the version, the others have 0. */
  changedEvery?: number
  /** Each n-th record is left out. */
  skipEvery?: number
  runId: string
  fence: number
}

export type Counts = { added: number; updated: number; unchanged: number }
/** `end` is the cursor of the last record. */
export type Reading = { records: number; end: string; pagesMs: number[] }

export type Jobs = {
  connect(address: string): void
  /** Begins a run, as runners do, and makes its records ready: outside of what is measured. */
  prepare(batches: Batches): void
  /**
   * Saves what is ready; it stays ready. One save after the other, or `streamsAtOnce`: one after the other in each
   * stream, all streams at once, as runs do.
   */
  send(how: { streamsAtOnce: boolean }): Counts
  /** Makes records and saves them at once: for what is too much to hold. */
  stream(batches: Batches): Counts
  /** Saves one version of the records after the other, until an instant. */
  loadUntil(batches: Batches & { until: number }): void
  /** Follows cursors from `cursor`, at most `pages` pages. */
  read(at: { stream: string; cursor: string; limit: number; pages: number }): Reading
}

export const ENVIRONMENT = 'bench'
export const SYNC = 'bench'
export const streamOf = (name: string) => ({
  environment: ENVIRONMENT,
  connection: name,
  model: 'Issue',
  variant: 'base',
})

export const addUp = (counts: Counts[]): Counts =>
  counts.reduce((sum, next) => ({
    added: sum.added + next.added,
    updated: sum.updated + next.updated,
    unchanged: sum.unchanged + next.unchanged,
  }))
