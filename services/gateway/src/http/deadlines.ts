import type { FastifyReply, FastifyRequest } from 'fastify'

export interface Timeouts {
  /** Of the line and headers of a request. */
  headersMs: number
  /** Of a body. */
  bodyMs: number
  /** Of one that is passed on while it comes. */
  rawBodyMs: number
  /** Of an answer, from its first byte. A route that passes answers on has a deadline of its own. */
  answerMs: number
  /** The longest time that a handler takes before its answer begins. */
  handlerMs: number
}

/** The operating system takes it at once. */
const SMALL_BYTES = 64 * 1024

/** Calls `late` if the body of a request has not arrived in time. */
export function limitBodyTime(
  { raw: request, routeOptions }: FastifyRequest,
  { bodyMs, rawBodyMs }: Timeouts,
  late: () => void,
): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (request.complete || (encoding === undefined && Number(length ?? 0) === 0)) return
  const timer = setTimeout(
    () => {
      if (!request.complete) late()
    },
    routeOptions.config.rawBody ? rawBodyMs : bodyMs,
  )
  request.once('close', () => clearTimeout(timer))
}

/** A hook on sending: a client that takes its answer too slowly loses the connection. */
export function limitAnswerTime({ answerMs }: Timeouts) {
  return async (request: FastifyRequest, { raw: response }: FastifyReply, payload: unknown) => {
    const isSmall =
      payload === undefined ||
      payload === null ||
      ((typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length <= SMALL_BYTES)
    if (isSmall || request.routeOptions.config.rawBody) return payload
    const timer = setTimeout(() => response.destroy(), answerMs)
    response.once('close', () => clearTimeout(timer))
    return payload
  }
}
