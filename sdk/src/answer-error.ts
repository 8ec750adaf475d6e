import type { ErrorBody } from './api-types.ts'
import { SynclineError } from './error.ts'
import { retryAfterMs } from './retry.ts'

const ERROR_BODY_MAX_BYTES = 65_536
const EXCERPT_CHARS = 200

/** What an error answer says. Of a long body only the beginning is read. */
export async function answerError(response: Response): Promise<SynclineError> {
  const { status, headers } = response
  const text = await beginningOf(response)
  const body = parsed(text)
  const details = {
    requestId: body?.error.request_id || headers.get('x-request-id') || undefined,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()),
  }
  if (body) {
    const { code, message, errors } = body.error
    return new SynclineError(status, code, message, { ...details, errors })
  }
  const location = headers.get('location')
  const message = location
    ? `answer ${status}, which leads to ${location}: is that the host?`
    : `answer ${status} that is not the API's (is a proxy in between?): ${text.slice(0, EXCERPT_CHARS) || 'it is empty'}`
  return new SynclineError(status, 'unknown', message, details)
}

async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  let bytes = 0
  try {
    while (bytes < ERROR_BODY_MAX_BYTES) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.byteLength
      text += decoder.decode(value, { stream: true })
    }
  } finally {
    // What is not read is not waited for.
    reader.cancel().catch(() => {})
  }
  return text
}

type SaidByApi = { error: ErrorBody['error'] & { request_id?: string } }

/** Undefined when something between us and the API has answered. */
function parsed(text: string): SaidByApi | undefined {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null || !('error' in body)) return undefined
    const { error } = body
    if (typeof error !== 'object' || error === null || !('code' in error && 'message' in error))
      return undefined
    // The API has one error shape.
    return typeof error.code === 'string' ? (body as SaidByApi) : undefined
  } catch {
    return undefined
  }
}
