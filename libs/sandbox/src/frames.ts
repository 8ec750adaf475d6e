const HEADER_BYTES = 4
const NOTHING = Buffer.alloc(0)

/** A message on the channel: its length as a big-endian u32, then its JSON text. */
export function encodeFrame(json: string): Buffer {
  const length = Buffer.byteLength(json)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length)
  frame.writeUInt32BE(length)
  frame.write(json, HEADER_BYTES)
  return frame
}

/** The first byte of a message with a text beside it; JSON begins with another one. */
const WITH_TEXT = 0
const TEXT_HEADER_BYTES = 5

/** A message with a text beside it, which nobody parses as part of the message: after a zero, the length of the JSON text, both texts. */
export function encodeFrameWithText(json: string, text: string): Buffer {
  const jsonBytes = Buffer.byteLength(json)
  const length = TEXT_HEADER_BYTES + jsonBytes + Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length)
  frame.writeUInt32BE(length)
  frame.writeUInt8(WITH_TEXT, HEADER_BYTES)
  frame.writeUInt32BE(jsonBytes, HEADER_BYTES + 1)
  frame.write(json, HEADER_BYTES + TEXT_HEADER_BYTES)
  frame.write(text, HEADER_BYTES + TEXT_HEADER_BYTES + jsonBytes)
  return frame
}

/** The JSON text of a frame that was taken, and the bytes of the text beside it. */
export function partsOfFrame(frame: Buffer): { json: Buffer; text: Buffer | undefined } {
  if (frame[0] !== WITH_TEXT) return { json: frame, text: undefined }
  const jsonEnd = frame.length < TEXT_HEADER_BYTES ? Infinity : TEXT_HEADER_BYTES + frame.readUInt32BE(1)
  if (jsonEnd > frame.length) throw new ProtocolViolation('it sent a message that is longer than its frame')
  return { json: frame.subarray(TEXT_HEADER_BYTES, jsonEnd), text: frame.subarray(jsonEnd) }
}

/** What comes before bytes that are sent as they are. */
export function frameHeader(bytes: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header.writeUInt32BE(bytes)
  return header
}

/**
 * Cuts a byte stream into frames, and refuses a frame as soon as its header is too large. A frame that comes in many chunks
 * is gathered in one buffer: kept chunks of one byte each would take a hundred times their size.
 */
export class FrameReader {
  readonly #maxBytes: number
  /** Has arrived and was not looked at. */
  #rest: Buffer = NOTHING
  /** Of the next frame; undefined = its header is not complete. */
  #size: number | undefined
  #frame: Buffer | undefined
  #filled = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
  }

  /** The size of the next frame, as soon as its header has arrived. Memory for it is taken by `take` only. */
  announced(): number | undefined {
    if (this.#size !== undefined || this.#rest.length < HEADER_BYTES) return this.#size
    const size = this.#rest.readUInt32BE()
    if (size > this.#maxBytes) {
      throw new ProtocolViolation(`it sent a message of ${size} bytes; the limit is ${this.#maxBytes}`)
    }
    this.#rest = this.#rest.subarray(HEADER_BYTES)
    this.#size = size
    return size
  }

  /** The next frame, when all of it has arrived. */
  take(): Buffer | undefined {
    const size = this.announced()
    if (size === undefined) return undefined
    if (this.#frame === undefined && this.#rest.length >= size) {
      this.#size = undefined
      return this.#cut(size)
    }
    this.#frame ??= Buffer.allocUnsafeSlow(size)
    const frame = this.#frame
    this.#filled += this.#cut(size - this.#filled).copy(frame, this.#filled)
    if (this.#filled < size) return undefined
    this.#frame = this.#size = undefined
    this.#filled = 0
    return frame
  }

  #cut(bytes: number): Buffer {
    const cut = this.#rest.subarray(0, bytes)
    this.#rest = this.#rest.length > bytes ? this.#rest.subarray(bytes) : NOTHING
    return cut
  }
}

/** What no honest child does. */
export class ProtocolViolation extends Error {}
