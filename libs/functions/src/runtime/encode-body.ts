import type { HttpRequest } from '@syncline/function-types'
import type { HttpBody } from '../host/host-api.ts'

const FORM = 'application/x-www-form-urlencoded'

/** A request's body as it goes over the channel. Sets the content type where the caller did not. */
export async function encodeBody(
  data: HttpRequest['data'],
  headers: Record<string, string>,
): Promise<HttpBody | undefined> {
  const typed = (type: string) => {
    headers['content-type'] ??= type
  }
  if (data === undefined || data === null) return undefined
  if (typeof data === 'string') {
    typed(/^\s*[[{]/.test(data) ? 'application/json' : FORM)
    return { text: data }
  }
  if (data instanceof URLSearchParams) {
    typed(FORM)
    return { text: String(data) }
  }
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    typed('application/octet-stream')
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : data
    return { base64: Buffer.from(bytes as Uint8Array).toString('base64') }
  }
  if (data instanceof FormData || data instanceof Blob) {
    const encoded = new Response(data)
    typed(encoded.headers.get('content-type') ?? 'application/octet-stream')
    return { base64: Buffer.from(await encoded.arrayBuffer()).toString('base64') }
  }
  if (headers['content-type']?.startsWith(FORM)) {
    const pairs = Object.entries(data).filter(([, value]) => value !== undefined)
    return { text: String(new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))) }
  }
  typed('application/json')
  return { text: jsonText(data) }
}

/** JSON, with a BigInt as a number of all its digits. */
export function jsonText(data: unknown): string {
  try {
    return JSON.stringify(data)
  } catch {
    return JSON.stringify(data, (_key, value) => (typeof value === 'bigint' ? rawJson(String(value)) : value))
  }
}

// ES2026; the types do not have it yet.
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON: (text: string) => object }
