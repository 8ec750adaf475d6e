import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ErrorBody } from '@syncline/api'

/** Answers what Node could not read as a request, in the shape of all our errors: it never gets to Fastify's own. */
export function refuseUnreadable(error: Error & { code: string }, socket: Socket): void {
  // What comes after what we could not read is no request either: it is discarded until the connection ends.
  if (answered.has(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  answered.add(socket)
  const [status, message] = answers[error.code] ?? ['400 Bad Request', 'this is not a valid HTTP request']
  const request_id = randomUUID()
  const body = JSON.stringify({ error: { code: 'invalid_headers', message, request_id } } satisfies ErrorBody)
  const headers = [
    `HTTP/1.1 ${status}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${request_id}`,
    'connection: close',
  ]
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`)
  // A client that does not read it, or does not stop sending, does not keep the connection.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

const answered = new WeakSet<Socket>()
const LINGER_MS = 2000

const answers: Record<string, [status: string, message: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'request line and headers are longer than 96 KiB: ask for less at a time',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
}
