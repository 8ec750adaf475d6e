import { Readable } from 'node:stream'
import type { HttpRequest } from '@syncline/function-types'
import type { HttpBody } from '../host/host-api.ts'
import { parseJson } from './parse-json.ts'

const SHOWN_CHARS = 200

/** An answer's body as the function wants it; `fault` says why it is not what it says it is. */
interface Decoded {
  data: unknown
  fault?: string
}

/** JSON becomes a value. What says that it is JSON and is not is a fault; other bodies that are no JSON are text. */
export function decodeBody(
  body: HttpBody,
  contentType: string | undefined,
  type: HttpRequest['responseType'] = 'json',
): Decoded {
  if (type === 'arraybuffer') return { data: bytesOf(body) }
  if (type === 'blob') return { data: new Blob([new Uint8Array(bytesOf(body))]) }
  if (type === 'stream') return { data: Readable.from([bytesOf(body)]) }
  const text = 'text' in body ? body.text : bytesOf(body).toString()
  if (type === 'text' || type === 'document') return { data: text }
  try {
    return { data: parseJson(text) }
  } catch (error) {
    if (text.trim() === '' || !isJson(contentType)) return { data: text }
    const more = text.length > SHOWN_CHARS ? '…' : ''
    const shown = `${JSON.stringify(text.slice(0, SHOWN_CHARS).toWellFormed())}${more}`
    const reason = error instanceof RangeError ? 'it is nested too deeply' : 'it is not'
    return { data: text, fault: `the answer says that it is JSON (${contentType}), but ${reason}: ${shown}` }
  }
}

export function bytesOf(body: HttpBody): Buffer {
  return 'text' in body ? Buffer.from(body.text) : Buffer.from(body.base64, 'base64')
}

const isJson = (contentType = ''): boolean =>
  /^\s*(application\/json|text\/json|[^;]+\+json)\s*(;|$)/i.test(contentType)
