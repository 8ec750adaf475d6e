import pRetry, { AbortError } from 'p-retry'
import { z } from 'zod'

const CALL_MS = 30_000
const RETRIES = 5
/** Of a 429 that says it; longer waits are not waited for. */
const WAIT_MAX_MS = 60_000

/** Reads the public API of a Nango account. Changes nothing there. */
export class NangoApi {
  readonly #base: string
  readonly #key: string

  constructor(url: string, key: string) {
    this.#base = url.replace(/\/+$/, '')
    this.#key = key
  }

  /** @throws With path and status, if the account refuses it, does not answer, or answers something else. */
  async get<T>(path: string, query: Record<string, string>, schema: z.ZodType<T>): Promise<T> {
    const url = `${this.#base}${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ''}`
    const body = await pRetry(() => this.#read(url), { retries: RETRIES, minTimeout: 500 })
    const { data, error } = schema.safeParse(body)
    if (data !== undefined) return data
    throw new Error(
      `GET ${path} of ${this.#base} answers something else: ${z.prettifyError(error as z.ZodError)}`,
    )
  }

  async #read(url: string): Promise<unknown> {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${this.#key}`, accept: 'application/json' },
      signal: AbortSignal.timeout(CALL_MS),
      redirect: 'error',
    })
    if (response.ok) return response.json()
    const text = (await response.text()).slice(0, 300)
    const failure = new Error(
      `GET ${new URL(url).pathname} of ${this.#base} is a ${response.status}: ${text}`,
    )
    if (response.status !== 429 && response.status < 500) throw new AbortError(failure)
    const waitMs = Number(response.headers.get('retry-after') ?? 0) * 1000
    if (waitMs > WAIT_MAX_MS) throw new AbortError(failure)
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    throw failure
  }
}
