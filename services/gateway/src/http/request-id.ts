import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const TOKEN = /^[\w.-]{1,128}$/

/** The id that the client gave in `X-Request-Id`, so that its log and ours can be compared, or a new one. */
export function requestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && TOKEN.test(given) ? given : randomUUID()
}
