import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isBodyHeldBack } from './expect-continue.ts'

/** Node reads the rest of a shorter body by itself, and the connection serves the next request. */
const SMALL_BYTES = 64 * 1024
const DISCARD_BYTES = 4 * 1024 * 1024
const DISCARD_MS = 2000

/**
 * The last hook on sending. An answer that is given before the body was read ends the connection: a client that would go on sending
 * costs nothing. If we closed at once, the operating system would reset the connection, and a client that still sends would not see the
 * answer. So the whole answer is sent, then some more of the body is read and discarded, and then the connection ends.
 */
export async function discardBody(
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (request.complete) {
    // Fastify closes after each body that it refuses, but this one is behind us.
    if (reply.getHeader('connection') === 'close') reply.removeHeader('connection')
    return payload
  }
  if (isBodyHeldBack(request) || !hasLargeBody(request)) return payload
  reply.header('connection', 'close')
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload
  reply.header('content-length', Buffer.byteLength(payload))
  return Readable.from(withRest(payload, request), { objectMode: false })
}

function hasLargeBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SMALL_BYTES
}

async function* withRest(
  payload: string | Buffer,
  request: IncomingMessage,
): AsyncGenerator<string | Buffer> {
  yield payload
  await Promise.race([discarded(request), sleep(DISCARD_MS, undefined, { ref: false })])
}

function discarded(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let left = DISCARD_BYTES
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left > 0) return
      request.pause()
      resolve()
    })
    for (const end of ['end', 'error', 'close']) request.once(end, () => resolve())
    request.resume()
  })
}
