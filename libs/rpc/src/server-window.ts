import { subscribe } from 'node:diagnostics_channel'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { WINDOW_BYTES } from './limits.ts'

const widened = new WeakSet<ServerHttp2Session>()
let subscribed = false

/**
 * Gives the sessions of all HTTP/2 servers of this process the flow control window of WINDOW_BYTES. gRPC's own option
 * reaches clients only (grpc-js 1.14), so a session is widened when its first call begins.
 */
export function widenServerWindows(): void {
  if (subscribed) return
  subscribed = true
  subscribe('http2.server.stream.created', (message) => {
    const { session } = (message as { stream: ServerHttp2Stream }).stream // as Node documents the channel
    if (session === undefined || widened.has(session as ServerHttp2Session)) return
    widened.add(session as ServerHttp2Session)
    session.setLocalWindowSize(WINDOW_BYTES)
    session.settings({ initialWindowSize: WINDOW_BYTES })
  })
}
