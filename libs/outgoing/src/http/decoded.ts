import { pipeline, Readable, type Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { EgressFault } from './egress-fault.ts'

type Bytes = AsyncIterable<Uint8Array>
type Decoder = (firstChunk: Uint8Array) => Transform

const MAX_CODINGS = 3
/** RFC 9659: what a decoder must support. Without it a frame could ask for gigabytes of memory. */
const ZSTD_WINDOW_LOG = 23

const gunzip: Decoder = () => createGunzip()
const decoders: Record<string, Decoder> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  br: () => createBrotliDecompress(),
  // With a zlib header, as the RFC has it, or without, as some servers send it.
  deflate: ([first = 0]) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
}

/** For a request. `fetch` of undici does not offer all of them, and it accepts a gzip body that breaks off. */
export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd'

/**
 * Undoes the codings of `content-encoding`. An unknown one leaves the body as it is, as in browsers.
 * @param of Names the endpoint in errors.
 */
export function decoded(body: Bytes, contentEncoding: string | undefined, of: string): Bytes {
  const names = (contentEncoding ?? '').toLowerCase().split(',')
  const codings = names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity')
  if (codings.length > MAX_CODINGS) {
    throw broken(of, `has ${codings.length} content encodings; ${MAX_CODINGS} are allowed`)
  }
  if (!codings.every((coding) => Object.hasOwn(decoders, coding))) return body
  return codings.reduceRight((encoded, coding) => decodedOnce(encoded, coding, of), body)
}

async function* decodedOnce(body: Bytes, coding: string, of: string): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done) return // nothing is not encoded
  const source = new Source(first.value, chunks)
  const decoder = (decoders[coding] as Decoder)(first.value) // `decoded` has looked
  pipeline(Readable.from(source), decoder, () => {}) // its fault comes out of the decoder
  try {
    yield* decoder
  } catch (error) {
    throw source.fault ?? broken(of, `is not '${coding}', as its content-encoding says, or breaks off`, error)
  }
}

/** All chunks of a body, and the fault that ended it. */
class Source {
  fault: unknown
  readonly #first: Uint8Array
  readonly #rest: AsyncIterator<Uint8Array>

  constructor(first: Uint8Array, rest: AsyncIterator<Uint8Array>) {
    this.#first = first
    this.#rest = rest
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield this.#first
      yield* { [Symbol.asyncIterator]: () => this.#rest }
    } catch (error) {
      this.fault = error
      throw error
    }
  }
}

const broken = (of: string, what: string, cause?: unknown) =>
  new EgressFault('broken_content_encoding', `the answer of ${of} ${what}`, { cause })
