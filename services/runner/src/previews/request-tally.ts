import type { PreviewResult } from '@syncline/preview'

const URLS = 200
const OTHER_URLS = '(other requests)'
const URL_CHARS = 500

type ByUrl = PreviewResult['requests']['by_url'][number]

/** Counts the requests that a function makes, by method and URL. */
export class RequestTally {
  readonly #byUrl = new Map<string, ByUrl>()
  #count = 0
  #failed = 0

  get count(): number {
    return this.#count
  }

  /** @param status Of its answer; undefined: it got none. */
  add(method: string, url: string, status: number | undefined): void {
    this.#count++
    if (status === undefined || status >= 400) this.#failed++
    const known = this.#entry(method, url.replace(/[?#].*$/s, '').slice(0, URL_CHARS))
    known.count++
    const name = status === undefined ? 'error' : String(status)
    known.statuses[name] = (known.statuses[name] ?? 0) + 1
  }

  result(): PreviewResult['requests'] {
    return { count: this.#count, failed: this.#failed, by_url: [...this.#byUrl.values()] }
  }

  #entry(method: string, url: string): ByUrl {
    const known = this.#byUrl.get(`${method} ${url}`)
    if (known) return known
    if (this.#byUrl.size >= URLS - 1 && url !== OTHER_URLS) return this.#entry('*', OTHER_URLS)
    const entry = { method, url, count: 0, statuses: {} }
    this.#byUrl.set(`${method} ${url}`, entry)
    return entry
  }
}
