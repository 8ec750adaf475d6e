import { hash } from 'node:crypto'
import { Stream } from '@syncline/proto'
import { type CallOptions, type ClientMiddlewareCall, Metadata } from 'nice-grpc'

/** Metadata of a call about one stream. The balancer chooses an instance by it; a proxy can do the same. */
export const STREAM_KEY = 'syncline-stream'

/** Client middleware: adds the key of the request's stream, if it has one. */
export async function* addStreamKey<Request, Response>(
  call: ClientMiddlewareCall<Request, Response>,
  options: CallOptions,
) {
  const key = streamKey(call.request)
  if (key === undefined) return yield* call.next(call.request, options)
  return yield* call.next(call.request, {
    ...options,
    metadata: Metadata(options.metadata).set(STREAM_KEY, key),
  })
}

/** A hash: names may be long and have any characters, and proxies log metadata. */
function streamKey(request: unknown): string | undefined {
  const { stream } = request as { stream?: Stream } // no other messages have such a field
  return stream && hash('sha256', Stream.encode(Stream.fromPartial(stream)).finish(), 'base64url')
}
