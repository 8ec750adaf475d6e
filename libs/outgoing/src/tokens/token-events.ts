import { type Log, metrics } from '@syncline/service'
import type { ConnectionPlace } from './access.ts'

const requests = metrics.counter(
  'token_requests_total',
  'Requests for tokens of connections, by their result',
  ['result'],
)
const needReauth = metrics.counter(
  'connections_need_reauth_total',
  'Connections whose credentials were refused for good',
)

export type TokenEvents = ReturnType<typeof createTokenEvents>

/** Never with a token or credentials: `message` has passed `shown`. */
export function createTokenEvents(log: Log) {
  return {
    tokenObtained(at: ConnectionPlace, reason: string, ms: number) {
      requests.inc({ result: 'token' })
      log.info({ ...ids(at), reason, ms }, 'got a token')
    },
    tokenRefused(at: ConnectionPlace, message: string) {
      requests.inc({ result: 'refused' })
      log.warn({ ...ids(at), err: message }, 'the credentials of a connection were refused')
    },
    tokenFailed(at: ConnectionPlace, message: string) {
      requests.inc({ result: 'failed' })
      log.warn({ ...ids(at), err: message }, 'a token cannot be got now')
    },
    needsReauth(at: ConnectionPlace, message: string) {
      needReauth.inc()
      log.error({ ...ids(at), err: message }, 'a connection needs new credentials')
    },
    notStored: (at: ConnectionPlace, err: unknown) =>
      log.warn({ ...ids(at), err: messageOf(err) }, 'a token is not stored yet'),
    aheadFailed: (at: ConnectionPlace, err: unknown) =>
      log.warn({ ...ids(at), err: messageOf(err) }, 'a token was not renewed ahead of its end'),
  }
}

const ids = ({ environment, integration, connection }: ConnectionPlace) => ({
  environment,
  integration,
  connection,
})
const messageOf = (err: unknown) => (err instanceof Error ? err.message : String(err))
