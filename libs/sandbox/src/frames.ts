/** A message on the channel: its length as a big-endian u32, then its JSON text. */
export function encodeFrame(json: string): Buffer {
  const length = Buffer.byteLength(json)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length)
  frame.writeUInt32BE(length)
  frame.write(json, HEADER_BYTES)
  return frame
}

const HEADER_BYTES = 4

/** Cuts a byte stream into the JSON texts of its frames, and refuses a frame as soon as its header is too large. */
export class FrameReader {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #size = 0
  /** Of the frame that is arriving; undefined = its header is not complete. */
  #expected: number | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  *read(chunk: Buffer): Generator<string> {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    for (;;) {
      if (this.#expected === undefined) {
        if (this.#size < HEADER_BYTES) return
        this.#expected = this.#take(HEADER_BYTES).readUInt32BE()
        if (this.#expected > this.#maxBytes) {
          throw new ProtocolViolation(
            `it sent a message of ${this.#expected} bytes; the limit is ${this.#maxBytes}`,
          )
        }
      }
      if (this.#size < this.#expected) return
      const json = this.#take(this.#expected).toString('utf8')
      this.#expected = undefined
      yield json
    }
  }

  /** Chunks are joined once per frame, not once per chunk: a large frame comes in hundreds of them. */
  #take(bytes: number): Buffer {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    this.#chunks = all.length > bytes ? [all.subarray(bytes)] : []
    this.#size = all.length - bytes
    return all.subarray(0, bytes)
  }
}

/** What no honest child does. */
export class ProtocolViolation extends Error {}
