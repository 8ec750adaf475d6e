import type { HttpResponse } from '@syncline/function-types'

/** The error of a request whose answer is not 2xx, with the fields that existing functions read. */
export class HttpError extends Error {
  readonly isAxiosError = true
  readonly code: string
  readonly status: number
  readonly response: HttpResponse
  readonly config: { method: string; url: string }

  constructor(method: string, endpoint: string, response: HttpResponse) {
    const path = endpoint.split('?')[0]
    super(`${method} ${path}: request failed with status code ${response.status}`)
    this.name = 'HttpError'
    this.code = response.status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST'
    this.status = response.status
    this.response = response
    this.config = { method, url: endpoint }
  }
}
