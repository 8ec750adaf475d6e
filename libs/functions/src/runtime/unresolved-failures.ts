import { INCOMPLETE_CHARS } from '../host/call-limits.ts'
import { jsonText } from './encode-body.ts'
import { digestOf } from './repetition.ts'

const MOST = 1000
/** Statuses that say that something does not exist: an answer like others, with which nothing is missing. */
export const ABSENT = [404, 410]

/** What identifies a request: a later one that is equal takes its failure back. */
export interface RequestIdentity {
  method: string
  endpoint: string
  baseUrl?: string | undefined
  body?: unknown
}

/**
 * What a run could not read and has not read since, also where the function caught the error and went on: what is missing
 * then is not known to be deleted. A request that succeeds later takes its failure back, as functions retry by themselves.
 * Beyond a thousand, failures are only known to exist, and can't be taken back.
 */
export class UnresolvedFailures {
  readonly #texts = new Map<string, string>()
  #beyond = 0

  /**
   * @param kind A request that failed, and a page that was no page, are taken back each by a success of their kind.
   * @param text What happened, in words, with the name of the request.
   */
  failed(kind: 'request' | 'page', request: RequestIdentity, text: string): void {
    const key = keyOf(kind, request)
    if (this.#texts.size < MOST || this.#texts.has(key))
      this.#texts.set(key, withoutQueries(text.slice(0, 2 * INCOMPLETE_CHARS)))
    else this.#beyond++
  }

  succeeded(kind: 'request' | 'page', request: RequestIdentity): void {
    if (this.#texts.size > 0) this.#texts.delete(keyOf(kind, request))
  }

  /** The first of them, for a person; empty if there is none. It holds no query strings, which may hold a key. */
  get incomplete(): string {
    const count = this.#texts.size + this.#beyond
    if (count === 0) return ''
    const [first = 'a request failed'] = this.#texts.values()
    const more = count > 1 ? ` (and ${count - 1} more)` : ''
    const most = INCOMPLETE_CHARS - more.length
    return (first.length > most ? `${first.slice(0, most - 1)}…` : first).toWellFormed() + more
  }
}

/** Method and endpoint, as errors name a request: without the query, which may hold a key. */
export function nameOf({ method, endpoint }: Pick<RequestIdentity, 'method' | 'endpoint'>): string {
  const path = endpoint.split(/[?#]/)[0] ?? ''
  return `${method.toUpperCase()} ${path.replace(/^(\w+:\/\/)[^/@]*@/, '$1')}`
}

function keyOf(kind: string, { method, endpoint, baseUrl = '', body }: RequestIdentity): string {
  return digestOf([kind, method.toUpperCase(), baseUrl, endpoint, textOf(body)].join('\n'))
}

function textOf(body: unknown): string {
  if (body === undefined || typeof body === 'string') return body ?? ''
  try {
    return jsonText(body)
  } catch {
    return '' // it can't be sent either
  }
}

const withoutQueries = (text: string): string =>
  text.replace(/(\w+:\/\/[^\s?'"]*|\/[^\s?'"]*)\?[^\s'"]*/g, '$1')
