import type { Route } from '@syncline/api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dependencies } from '../dependencies.ts'
import { authenticate } from './authenticate.ts'
import { authorize, forbidden } from './authorize.ts'

/** Before the body of a request is read: whose it is (401), whether there are too many (429), and whether it may be sent (403). */
export async function checkKey(
  dependencies: Dependencies,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const caller = await authenticate(dependencies, request)
  request.caller = caller
  if (caller.kind === 'key') {
    request.environment = caller.key.environment
    dependencies.keyUse.note(caller.key, Date.now())
  }
  await dependencies.keyLimits.take(caller, reply)
  if (route.scope === 'admin' && dependencies.adminKey === undefined) {
    throw forbidden(
      'environments and keys are managed with the admin key, and this gateway has none: start it with SYNCLINE_ADMIN_KEY (32 characters or more)',
    )
  }
  if (route.holdsSecrets) reply.header('cache-control', 'no-store')
  authorize(caller, route, { headers: request.headers, query: request.query })
}
