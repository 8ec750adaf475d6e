/** By name of what a service depends on: `ok`, or what is wrong with it. */
export type Health = Record<string, string>

/** A started service: who starts it, closes it. */
export interface Running extends AsyncDisposable {
  health(): Promise<Health>
  /** What else `/health` tells. */
  facts?: Record<string, string>
}
