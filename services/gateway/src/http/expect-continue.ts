import type { IncomingMessage, Server } from 'node:http'
import { AppError } from '@syncline/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Their clients wait for `100 Continue` before they send the body. */
const waiting = new WeakSet<IncomingMessage>()

/** Node would say at once that the body may come. `sendContinue` says it when the key is checked. */
export function holdContinue(server: Server): void {
  server.on('checkContinue', (request, response) => {
    waiting.add(request)
    server.emit('request', request, response)
  })
}

/** A hook before the body is read. A body that is too large is refused before it is sent. */
export async function sendContinue(
  { raw: request, routeOptions: { bodyLimit } }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (!waiting.has(request)) return
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit)
    throw new AppError('body_too_large', `the body is longer than ${bodyLimit} bytes`)
  waiting.delete(request)
  reply.raw.writeContinue()
}

/** Nothing of the body comes. Node ends the connection after an answer then. */
export function isBodyHeldBack(request: IncomingMessage): boolean {
  return waiting.has(request)
}
