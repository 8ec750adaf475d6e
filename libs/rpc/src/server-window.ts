import { subscribe } from 'node:diagnostics_channel'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { WINDOW_BYTES } from './limits.ts'

const widened = new WeakSet<ServerHttp2Session>()

/**
 * gRPC's option for the flow control window reaches clients only (grpc-js 1.14). A server's sessions are met here, when
 * their first call begins.
 */
subscribe('http2.server.stream.created', (message) => {
  const { session } = (message as { stream: ServerHttp2Stream }).stream // as Node documents the channel
  if (session === undefined || widened.has(session as ServerHttp2Session)) return
  widened.add(session as ServerHttp2Session)
  session.setLocalWindowSize(WINDOW_BYTES)
  session.settings({ initialWindowSize: WINDOW_BYTES })
})
