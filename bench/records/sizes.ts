/** How much is measured. */
export type Sizes = {
  /** Runs of what is cheap; the median counts. */
  runs: number
  /** Records of a run with 1 and with 8 writers. */
  saved: { 1: number; 8: number }
  /** Saves of 50 records per stream, of 200 streams. */
  smallRounds: number
  /** Streams in which the incremental page is measured, beside the next one. */
  streams: number[]
  /** The stream that is read, searched for deletes, pruned and emptied. */
  whole: number
  /** Larger ones, with our store only. */
  beyond: number[]
  pruned: number
}

/** Shows that everything runs; its figures mean nothing. */
export const smoke: Sizes = {
  runs: 1,
  saved: { 1: 8000, 8: 8000 },
  smallRounds: 1,
  streams: [8000],
  whole: 16_000,
  beyond: [],
  pruned: 2000,
}

export const quick: Sizes = {
  runs: 3,
  saved: { 1: 16_000, 8: 32_000 },
  smallRounds: 4,
  streams: [10_000],
  whole: 100_000,
  beyond: [],
  pruned: 20_000,
}

export const full: Sizes = {
  runs: 3,
  saved: { 1: 80_000, 8: 160_000 },
  smallRounds: 8,
  streams: [10_000, 100_000],
  whole: 1_000_000,
  beyond: [],
  pruned: 100_000,
}

export const LARGEST = 10_000_000
