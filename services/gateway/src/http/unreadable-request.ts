import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { ErrorBody } from '@syncline/api'
import type { Connections } from './connections.ts'

/** A client that does not read the answer, or does not stop sending, does not keep the connection. */
const LINGER_MS = 2000

/** Answers what Node could not read as a request, in the shape of all our errors: it never gets to Fastify's own. */
export class UnreadableRequests {
  readonly #connections: Connections
  readonly #answered = new WeakSet<Socket>()

  constructor(server: Server, connections: Connections) {
    this.#connections = connections
    server.on('clientError', (error: Error & { code?: string }, socket) =>
      // It is the socket of a connection, and `clientError` has no other type for it.
      this.refuse(socket as Socket, error.code ?? ''),
    )
    server.on('checkExpectation', ({ socket }) => this.refuse(socket, UNKNOWN_EXPECTATION))
  }

  /** @param code Of an error of Node's parser, or one of those below. */
  refuse(socket: Socket, code: string, request_id: string = randomUUID()): void {
    // What comes after what we could not read is no request either: it is discarded until the connection ends.
    if (this.#answered.has(socket)) return
    // In the middle of an answer it would be a part of that one.
    if (code === 'ECONNRESET' || !socket.writable || this.#connections.isAnswering(socket)) {
      socket.destroy()
      return
    }
    this.#answered.add(socket)
    const [status, message] = answers[code] ?? ['400 Bad Request', 'this is not a valid HTTP request']
    const body = JSON.stringify({
      error: { code: 'invalid_headers', message, request_id },
    } satisfies ErrorBody)
    const headers = [
      `HTTP/1.1 ${status}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${request_id}`,
      'connection: close',
    ]
    socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`)
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
  }
}

export const LATE_REQUEST = 'ERR_HTTP_REQUEST_TIMEOUT'
const UNKNOWN_EXPECTATION = 'UNKNOWN_EXPECTATION'

const answers: Record<string, [status: string, message: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'request line and headers are longer than 112 KiB, or there are more than 1 000 headers: ask for less at a time',
  ],
  [LATE_REQUEST]: ['408 Request Timeout', 'the request did not arrive in time'],
  [UNKNOWN_EXPECTATION]: ['417 Expectation Failed', "the only Expect that is known is '100-continue'"],
}
