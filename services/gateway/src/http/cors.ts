import type { FastifyReply, FastifyRequest } from 'fastify'

const PREFLIGHT_SECONDS = 600
/** Names that a page may read besides the usual ones. */
const EXPOSED = 'etag, link, retry-after, x-request-id, ratelimit, ratelimit-policy, idempotency-replayed'

/** Lets pages of these origins call the API; `*` is all of them. A key is needed all the same, and no cookie is ever used. */
export function addCorsHeaders(origins: string[], { headers }: FastifyRequest, reply: FastifyReply): void {
  const { origin } = headers
  const all = origins.includes('*')
  if (!all) reply.header('vary', 'origin')
  if (!all && (origin === undefined || !origins.includes(origin))) return
  reply.header('access-control-allow-origin', all ? '*' : origin)
  reply.header('access-control-expose-headers', EXPOSED)
}

/** Answers OPTIONS: which methods there are, and to a browser what a page may send. */
export function answerOptions(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  methods: string[],
): FastifyReply {
  const list = methods.join(', ')
  reply.header('allow', list)
  if (reply.hasHeader('access-control-allow-origin')) {
    reply.header('access-control-allow-methods', list)
    reply.header('access-control-allow-headers', headers['access-control-request-headers'] ?? '*')
    reply.header('access-control-max-age', PREFLIGHT_SECONDS)
  }
  return reply.code(204).send()
}
