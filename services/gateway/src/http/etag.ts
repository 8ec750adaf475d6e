import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * A hook on sending: gives what a GET reads a weak entity tag, and answers 304 without a body to a client that has it already. Answers
 * that may not be stored, and those sent in pieces, get none.
 */
export async function addEntityTag(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return payload
  if (request.routeOptions.config.rawBody || reply.hasHeader('etag')) return payload
  if (reply.statusCode !== 200 || reply.getHeader('cache-control') === 'no-store') return payload
  if (typeof payload !== 'string' && !(payload instanceof Uint8Array)) return payload
  const tag = `W/"${hash('sha1', payload, 'base64url')}"`
  reply.header('etag', tag)
  if (!matches(request.headers['if-none-match'], tag)) return payload
  reply.code(304).removeHeader('content-type').removeHeader('content-length')
  return null
}

/** By the weak comparison of RFC 9110: one of a list, or `*`. */
function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  const opaque = tag.slice('W/'.length)
  return header.split(',').some((given) => given.trim().replace(/^W\//, '') === opaque)
}
