import { once } from 'node:events'
import { connect, type IncomingHttpHeaders } from 'node:http2'
import { buffer } from 'node:stream/consumers'

/** Calls a gRPC method as a client that takes nothing of the answer (64 KiB are on their way) until it is told to. */
export async function slowCall(port: number, path: string, message: Uint8Array) {
  const session = connect(`http://127.0.0.1:${port}`)
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  const trailers = Promise.withResolvers<IncomingHttpHeaders>()
  stream.on('trailers', trailers.resolve)
  const closed = once(stream, 'close').then(() => stream.rstCode)
  stream.on('error', () => {})
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  stream.end(frame)
  return {
    /** When the answer begins. A call that is refused has its status there. */
    headers: once(stream, 'response').then(([headers]) => headers as IncomingHttpHeaders),
    trailers: trailers.promise,
    /** How the server has ended the stream; 0 = in order. */
    closed,
    /** All that comes. */
    take: () => buffer(stream),
    [Symbol.asyncDispose]: async () => session.destroy(),
  }
}
