import { Readable } from 'node:stream'
import { AppError } from '@syncline/errors'
import type { ListRecordsResponse } from '@syncline/proto'
import type { FastifyReply } from 'fastify'

/**
 * A client on a slow line may take so long for a page; records cuts it off earlier if it takes no piece for 30 s. That records
 * is there shows in keepalives.
 */
const DEADLINE_MS = 5 * 60_000

type Pieces = AsyncIterable<ListRecordsResponse>
type Call = (options: { signal: AbortSignal; deadline: number }) => Pieces

/** A page of records that is answered by a call to records. */
export class Page {
  readonly call: Call
  /** The page is one record, and the answer is that record; or this error, if there is none. */
  readonly ifNone: (() => AppError) | undefined

  constructor(call: Call, { ifNone }: { ifNone?: () => AppError } = {}) {
    this.call = call
    this.ifNone = ifNone
  }
}

/**
 * Forwards the pieces of a page as they arrive, no faster than the client takes them. An error before the first piece is
 * thrown. A later one resets the connection, so a partial page cannot be mistaken for a complete one. If the client
 * disconnects, the call is cancelled.
 */
export async function sendPage(reply: FastifyReply, { call, ifNone }: Page): Promise<FastifyReply> {
  const gone = new AbortController()
  // Of an answer that was sent there is nothing to cancel, and an abort is an error with a stack trace.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  const pieces = call({ signal: gone.signal, deadline: DEADLINE_MS })[Symbol.asyncIterator]()
  const next = () =>
    pieces.next().catch((error: unknown) => {
      throw gone.signal.aborted ? new AppError('unavailable', 'the client has gone away') : error
    })
  const first = await next()
  if (first.done) throw new Error('records has sent a page without pieces')
  const second = await next()
  if (ifNone) {
    // However large a record is, it is one piece.
    const { records } = first.value
    if (records.length <= EMPTY.length) throw ifNone()
    return reply.type('application/json').send(asBuffer(records).subarray(1, -1))
  }
  reply.type('application/json')
  // Most pages are one piece: as a whole it costs less than as a stream.
  if (second.done) return reply.send(wholeOf(first.value))
  return reply.send(Readable.from(bodyOf(first.value, second.value, pieces), { objectMode: false }))
}

function wholeOf(page: ListRecordsResponse): Buffer {
  if (isArray(page)) return Buffer.concat([START, page.records, endOf(page)])
  return asBuffer(page.records)
}

async function* bodyOf(
  first: ListRecordsResponse,
  second: ListRecordsResponse,
  rest: AsyncIterator<ListRecordsResponse>,
): AsyncGenerator<Uint8Array> {
  if (isArray(first)) yield START
  yield first.records
  yield second.records
  let last = second
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    last = next.value
    yield last.records
  }
  if (isArray(first)) yield endOf(last)
}

const EMPTY = '[]'
/** A build of records that does not know `as_answer` gives the array only. */
const isArray = ({ records }: ListRecordsResponse) => records[0] === '['.charCodeAt(0)
const START = Buffer.from('{"records":')
const asBuffer = ({ buffer, byteOffset, length }: Uint8Array) => Buffer.from(buffer, byteOffset, length)
const endOf = ({ nextCursor }: ListRecordsResponse) =>
  Buffer.from(`,"next_cursor":${JSON.stringify(nextCursor || null)}}`)
