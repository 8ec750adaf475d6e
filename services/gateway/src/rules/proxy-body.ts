import { Readable } from 'node:stream'
import { AppError } from '@syncline/errors'

/** A body up to this size is kept, so that a redirect, a new token or a retry can send it again. */
export const REPLAYABLE_BYTES = 1024 * 1024

/** `length` is there if the client has said it. */
type Body = { bytes: Uint8Array } | { stream: Readable; length?: number } | undefined

/** A small body as bytes, a larger one as a stream that ends with an error beyond `maxBytes`. */
export async function readProxyBody(
  body: Readable | undefined,
  contentLength: string | string[] | undefined,
  maxBytes: number,
): Promise<Body> {
  if (body === undefined) return undefined
  // Node has checked that it is one number, and ends the body there.
  const length = contentLength === undefined ? undefined : Number(contentLength)
  if (length !== undefined && length > maxBytes) throw tooLarge(maxBytes)
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const head: Buffer[] = []
  for (let size = 0; size <= REPLAYABLE_BYTES; ) {
    const next = await chunks.next()
    if (next.done) return size === 0 ? undefined : { bytes: Buffer.concat(head) }
    head.push(next.value)
    size += next.value.length
  }
  const stream = Readable.from(limited(head, chunks, maxBytes), { objectMode: false })
  return { stream, ...(length !== undefined && { length }) }
}

async function* limited(
  head: Buffer[],
  rest: AsyncIterator<Buffer>,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  let size = 0
  yield* head
  for (const { length } of head) size += length
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    size += next.value.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    yield next.value
  }
}

const tooLarge = (maxBytes: number) =>
  new AppError('body_too_large', `the body has more than ${maxBytes} bytes`)
