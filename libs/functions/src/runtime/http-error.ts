import type { HttpResponse } from '@syncline/function-types'
import { nameOf } from './unresolved-failures.ts'

/** The error of an answer that is of no use, with the fields that existing functions read. */
export class HttpError extends Error {
  readonly isAxiosError = true
  readonly code: string
  readonly status: number
  readonly response: HttpResponse
  readonly config: { method: string; url: string }

  constructor(method: string, endpoint: string, response: HttpResponse, reason?: string) {
    const why = reason ?? `request failed with status code ${response.status}`
    super(`${nameOf({ method, endpoint })}: ${why}`)
    this.name = 'HttpError'
    this.code = response.status >= 500 || reason !== undefined ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST'
    this.status = response.status
    this.response = response
    this.config = { method, url: endpoint }
  }
}
