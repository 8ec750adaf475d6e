type Bytes = AsyncIterable<Uint8Array>
/** Without a chunk: the rest. */
type Transcode = (chunk?: Uint8Array) => Uint8Array

const NOTHING = new Uint8Array()
const BYTE_ORDER_MARKS = [
  { encoding: 'utf-8', bytes: Buffer.from([0xef, 0xbb, 0xbf]) },
  { encoding: 'utf-16le', bytes: Buffer.from([0xff, 0xfe]) },
  { encoding: 'utf-16be', bytes: Buffer.from([0xfe, 0xff]) },
]
const MARK_BYTES = 3

/**
 * A text as UTF-8 without a byte order mark. As in browsers a byte order mark wins over the charset of the content type, and
 * UTF-8 is what an unknown one means; bytes that are none of it become U+FFFD when the text is read.
 */
export async function* utf8Text(body: Bytes, contentType: string | undefined): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0)
  let transcode: Transcode | undefined
  for await (const chunk of body) {
    if (transcode) yield transcode(chunk)
    else {
      head = Buffer.concat([head, chunk])
      if (head.length < MARK_BYTES) continue
      transcode = transcoder(head, contentType)
      yield transcode(head)
    }
  }
  if (transcode === undefined) {
    transcode = transcoder(head, contentType)
    yield transcode(head)
  }
  yield transcode()
}

function transcoder(head: Buffer, contentType = ''): Transcode {
  const mark = BYTE_ORDER_MARKS.find(({ bytes }) => bytes.equals(head.subarray(0, bytes.length)))
  const [, charset] = /;\s*charset\s*=\s*["']?([^\s;"']+)/i.exec(contentType) ?? []
  const decoder = new TextDecoder(mark?.encoding ?? knownEncoding(charset))
  if (decoder.encoding !== 'utf-8') {
    return (chunk) => Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }))
  }
  let skip = mark?.bytes.length ?? 0
  return (chunk = NOTHING) => {
    const rest = chunk.subarray(skip)
    skip = 0
    return rest
  }
}

function knownEncoding(charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).encoding
  } catch {
    return 'utf-8'
  }
}
