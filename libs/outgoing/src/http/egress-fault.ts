import { AddressRefused } from './public-address.ts'

/** Why a request has no answer. The message names the endpoint without its query, which may hold a key. */
export class EgressFault extends Error {
  readonly code: string
  /** False: nothing of the call has reached the API. */
  readonly sent: boolean

  constructor(code: string, message: string, options: ErrorOptions & { sent?: boolean } = {}) {
    super(message, options)
    this.code = code
    this.sent = options.sent ?? true
  }
}

const BEFORE_SENDING = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_INVALID_ARG']

/** Of an answer. */
export const MAX_HEADER_BYTES = 64 * 1024

export const nameOf = (url: URL) => `${url.origin}${url.pathname}`

/**
 * What was thrown while a request was under way, as people can read it.
 * @param isSent An earlier request of the call has had its effect.
 */
export function egressFault(error: unknown, url: URL, isSent: boolean): Error {
  if (error instanceof EgressFault || error instanceof AddressRefused) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const code = 'code' in cause ? String(cause.code) : 'ERR_NETWORK'
  const isUnsent = isConnecting(cause) || BEFORE_SENDING.includes(code)
  return new EgressFault(code, messageOf(code, cause, url, isUnsent), { cause, sent: isSent || !isUnsent })
}

function messageOf(code: string, cause: Error, url: URL, isUnsent: boolean): string {
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return `the answer of ${nameOf(url)} has more than ${MAX_HEADER_BYTES} bytes of headers`
  if (code === 'UND_ERR_INVALID_ARG') return `the request to ${nameOf(url)} is not valid: ${cause.message}`
  const what = isUnsent ? 'cannot be reached' : 'did not answer, or not to the end'
  return `${nameOf(url)} ${what}: ${cause.message || code}`
}

/** A name with several addresses fails with an error for each of them. */
function isConnecting(error: Error): boolean {
  if (error instanceof AggregateError) return error.errors.every(isConnecting)
  if ('syscall' in error) return error.syscall === 'connect' || error.syscall === 'getaddrinfo'
  return 'host' in error && 'localAddress' in error // a TLS handshake that the server broke off
}
