import { pipeline, Readable, type Transform } from 'node:stream'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { Negotiator } from '@fastify/accept-negotiator'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Shorter answers fit into a packet as they are. */
const MIN_BYTES = 1400

// Levels at which compressing takes less time than a network takes for what it saves.
const brotliOptions = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }
const gzipOptions = { level: 4 }
const zstdOptions = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 3 } }

type Encoding = 'zstd' | 'br' | 'gzip'
/** Of the encodings that a client prefers equally, the first one here is used. */
const negotiator = new Negotiator({ supportedValues: ['zstd', 'br', 'gzip'] })
const whole: Record<Encoding, (payload: string | Uint8Array) => Promise<Buffer>> = {
  zstd: (payload) => promisify(zlib.zstdCompress)(payload, zstdOptions),
  br: (payload) => promisify(zlib.brotliCompress)(payload, brotliOptions),
  gzip: (payload) => promisify(zlib.gzip)(payload, gzipOptions),
}
const streamed: Record<Encoding, () => Transform> = {
  zstd: () => zlib.createZstdCompress(zstdOptions),
  br: () => zlib.createBrotliCompress(brotliOptions),
  gzip: () => zlib.createGzip(gzipOptions),
}

/** A hook on sending: compresses an answer for a client that asks for it. */
export async function compress(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  // What another server has answered is passed on as it is.
  if (request.routeOptions.config.rawBody) return payload
  const stream = payload instanceof Readable
  if (!stream && !isLong(payload)) return payload
  if (reply.hasHeader('content-encoding') || !isText(reply)) return payload
  reply.header('vary', ['accept-encoding', reply.getHeader('vary')].flat().filter(Boolean).join(', '))
  const accepted = request.headers['accept-encoding']
  if (accepted === undefined || request.method === 'HEAD') return payload
  const encoding = negotiator.negotiate(accepted) as Encoding | null
  if (encoding === null) return payload
  reply.header('content-encoding', encoding).removeHeader('content-length')
  // If one of the two ends early, so does the other: the client sees an answer that breaks off.
  return stream ? pipeline(payload, streamed[encoding](), () => {}) : whole[encoding](payload)
}

function isLong(payload: unknown): payload is string | Uint8Array {
  return (typeof payload === 'string' || payload instanceof Uint8Array) && payload.length >= MIN_BYTES
}

function isText(reply: FastifyReply): boolean {
  return /^(application\/(json|javascript)|text\/)/.test(String(reply.getHeader('content-type')))
}
