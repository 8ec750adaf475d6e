const START_BYTES = 64 * 1024
const WORD = 0x1_0000_0000

/** Writes rows in ClickHouse's RowBinary: column values back to back, little-endian, texts with their length before. */
export class RowWriter {
  #buffer: Buffer
  #length = 0
  #lastUuid: { text: string; bytes: Buffer } = { text: '', bytes: Buffer.alloc(0) }
  #lastText: { text: string; bytes: Buffer } = { text: '', bytes: Buffer.alloc(0) }

  /** @param into Memory to write to, as long as it is large enough. */
  constructor(into: Buffer = Buffer.allocUnsafe(START_BYTES)) {
    this.#buffer = into
  }

  uint8(value: number): void {
    this.#room(1)
    this.#length = this.#buffer.writeUInt8(value, this.#length)
  }

  int8(value: number): void {
    this.#room(1)
    this.#length = this.#buffer.writeInt8(value, this.#length)
  }

  uint32(value: number): void {
    this.#room(4)
    this.#length = this.#buffer.writeUInt32LE(value, this.#length)
  }

  int64(value: number): void {
    this.#room(8)
    this.#length = this.#buffer.writeInt32LE(value | 0, this.#length)
    this.#length = this.#buffer.writeInt32LE(Math.floor(value / WORD), this.#length)
  }

  uint64(value: bigint): void {
    this.#room(8)
    this.#length = this.#buffer.writeBigUInt64LE(value, this.#length)
  }

  uuid(value: string): void {
    // Rows of one stream follow each other.
    if (value !== this.#lastUuid.text) {
      this.#lastUuid = { text: value, bytes: Buffer.from(value.replaceAll('-', ''), 'hex').swap64() }
    }
    this.fixed(this.#lastUuid.bytes)
  }

  fixed(bytes: Buffer): void {
    this.#room(bytes.length)
    this.#length += bytes.copy(this.#buffer, this.#length)
  }

  string(value: string | Buffer): void {
    const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length
    this.length(size)
    this.#room(size)
    this.#length +=
      typeof value === 'string'
        ? this.#buffer.write(value, this.#length)
        : value.copy(this.#buffer, this.#length)
  }

  /** A text that many rows in a row have. */
  repeated(value: string): void {
    if (value !== this.#lastText.text) this.#lastText = { text: value, bytes: Buffer.from(value) }
    this.string(this.#lastText.bytes)
  }

  strings(values: readonly string[]): void {
    this.length(values.length)
    for (const value of values) this.string(value)
  }

  /** LEB128. */
  length(value: number): void {
    this.#room(5)
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[this.#length++] = rest
  }

  /** What was written. The writer must not be used any more. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

/** Reads them. What it gives as a Buffer is a view of the answer, not a copy. */
export class RowReader {
  readonly #buffer: Buffer
  #at = 0
  #lastUuid: { text: string; bytes: Buffer } = { text: '', bytes: Buffer.alloc(0) }

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  get done(): boolean {
    return this.#at >= this.#buffer.length
  }

  get left(): number {
    return this.#buffer.length - this.#at
  }

  /** What was not read. */
  rest(): Buffer {
    return this.#buffer.subarray(this.#at)
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#move(1))
  }

  int8(): number {
    return this.#buffer.readInt8(this.#move(1))
  }

  uint32(): number {
    return this.#buffer.readUInt32LE(this.#move(4))
  }

  int64(): number {
    const at = this.#move(8)
    return this.#buffer.readUInt32LE(at) + this.#buffer.readInt32LE(at + 4) * WORD
  }

  uint64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#move(8))
  }

  uuid(): string {
    const bytes = this.fixed(16)
    if (!bytes.equals(this.#lastUuid.bytes)) {
      const hex = Buffer.from(bytes).swap64().toString('hex')
      this.#lastUuid = { text: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), bytes }
    }
    return this.#lastUuid.text
  }

  fixed(size: number): Buffer {
    const at = this.#move(size)
    return this.#buffer.subarray(at, at + size)
  }

  array<T>(item: () => T): T[] {
    return Array.from({ length: this.#length() }, item)
  }

  bytes(): Buffer {
    return this.fixed(this.#length())
  }

  string(): string {
    const size = this.#length()
    const at = this.#move(size)
    return this.#buffer.toString('utf8', at, at + size)
  }

  #length(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.uint8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  #move(bytes: number): number {
    const at = this.#at
    this.#at += bytes
    return at
  }
}
