import { checkSameOrigin, type HttpFacts } from './same-origin.ts'
import { sessionIdOf } from './session-cookie.ts'

/**
 * The session that a request uses, and the environment that it names. Without the header the cookie counts for nothing: a form or
 * an image of another site can't set it. Fails if a page of another site has sent it.
 */
export function sessionOfRequest(request: HttpFacts): { id: string; environment: string } | undefined {
  const { headers } = request.raw
  const environment = headers['x-syncline-environment']
  const id = sessionIdOf(headers.cookie)
  if (typeof environment !== 'string' || id === undefined) return undefined
  checkSameOrigin(request)
  return { id, environment }
}
