import type { Health } from './health.ts'

/** A started service: whoever starts it closes it. */
export interface Running extends AsyncDisposable {
  health(): Promise<Health>
  /** Further fields of `/health`. */
  facts?: Record<string, string>
}
