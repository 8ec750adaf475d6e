import { pipeline, Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { AppError } from '@syncline/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'

const decoders = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}
const NAMES = 'gzip, deflate, br, zstd'

/** A hook before parsing: decodes a compressed body. The limit of the route holds for what comes out, so a small body cannot become a large one. */
export async function decodeBody(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: Readable,
): Promise<Readable> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase()
  if (encoding === undefined || encoding === 'identity' || request.routeOptions.config.rawBody) return payload
  if (!Object.hasOwn(decoders, encoding)) {
    reply.header('accept-encoding', NAMES)
    throw new AppError('invalid_content_type', `Content-Encoding is '${encoding}': must be one of ${NAMES}`)
  }
  const limit = request.routeOptions.bodyLimit
  const decoder = decoders[encoding as keyof typeof decoders]()
  let received = 0
  payload.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  pipeline(payload, decoder, () => {})
  const body = Readable.from(decoded(decoder, encoding, limit), { objectMode: false })
  // Fastify compares it with Content-Length.
  return Object.defineProperty(body, 'receivedEncodedLength', { get: () => received })
}

async function* decoded(decoder: Readable, encoding: string, limit: number): AsyncGenerator<Buffer> {
  let length = 0
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > limit) throw new AppError('body_too_large', `the body is longer than ${limit} bytes`)
      yield chunk
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('invalid_body', `the body is not valid ${encoding}`, { cause })
  }
}
