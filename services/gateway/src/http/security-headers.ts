import type { FastifyReply, FastifyRequest } from 'fastify'

const headers = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'cross-origin',
}

/** No answer of an API is a page that a browser should run. A route that gives one says so itself. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'"

/** A hook on sending. Transport security is for the proxy that has the certificate. */
export async function addSecurityHeaders(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(headers)
  if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', NO_PAGE)
}
