import { constants, type ServerHttp2Stream } from 'node:http2'
import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js'
import { CODE_TRAILER } from './limits.ts'

/** In this time the client may take what was sent before, and the error that says why it was disconnected. */
const GRACE_MS = 5000

/** Ends streamed answers whose client takes no message for `timeoutMs`: what waits to be sent is memory of ours. */
export function cutOffSlowClients(timeoutMs: number): ServerInterceptor {
  return (method, call) =>
    method.responseStream ? new StreamedAnswer(call, timeoutMs) : new ServerInterceptingCall(call)
}

class StreamedAnswer extends ServerInterceptingCall {
  readonly #stream: ServerHttp2Stream
  readonly #timeoutMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(call: ServerInterceptingCallInterface, timeoutMs: number) {
    super(call)
    // grpc-js has no other way to reset a stream (1.14).
    this.#stream = (call as unknown as { stream: ServerHttp2Stream }).stream
    this.#stream.once('close', () => clearTimeout(this.#timer))
    this.#timeoutMs = timeoutMs
  }

  override sendMessage(message: unknown, callback: () => void): void {
    if (!this.#stream.closed) this.#timer = setTimeout(() => this.#cutOff(), this.#timeoutMs)
    super.sendMessage(message, () => {
      clearTimeout(this.#timer)
      callback()
    })
  }

  /** The status waits behind the message that the client does not take, so the stream is reset in the end. */
  #cutOff(): void {
    const metadata = new Metadata()
    metadata.set(CODE_TRAILER, 'deadline_exceeded')
    const details = `the client has taken nothing for ${this.#timeoutMs / 1000} s: take the answer faster, or ask for less at a time`
    this.sendStatus({ code: status.DEADLINE_EXCEEDED, details, metadata })
    this.#timer = setTimeout(() => this.#stream.close(constants.NGHTTP2_CANCEL), GRACE_MS)
  }
}
