/** What each part of a benchmark exports as `run`. */
export type Part = (options: Options) => Promise<Figure[]>

export interface Options {
  /** Shows in seconds that everything runs; the figures mean nothing. */
  smoke: boolean
  progress: (text: string) => void
}

export interface Figure {
  name: string
  value: string
  /** What the value should be; '' = there is no goal. */
  reach: string
  ok: boolean
}
