import type { ListRecordsResponse } from '@syncline/proto'
import type { PayloadLife } from '../tables/payload-life.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { encodeCursor } from './cursor.ts'
import { endOfPage, memoryOf, type Page, type PageBound, payloadBytes } from './page.ts'
import { recordsJson } from './record-json.ts'

/** Large enough that a piece costs little beside its records, small enough to be many times in memory. */
const PIECE = { records: 1000, bytes: 1024 * 1024 }
/** The message itself, and its frame while it is sent. */
const COPIES = 2

/** `bytes`: what is in memory until the last piece was taken. */
export type EncodedPage = { pieces: Iterable<ListRecordsResponse>; bytes: number }

/** What a page of this size may need from the moment it is read: its rows, and the pieces that are made of them. */
export const memoryForPage = ({ bytes }: PageBound): number => bytes + Math.min(bytes, PIECE.bytes) * COPIES

/** The JSON of a page. Of several pieces each is made when it is asked for; of one the rows are not needed any more. */
export function encodePage(
  page: Page<ReadRow>,
  { life, clock }: { life: PayloadLife; clock: () => number },
): EncodedPage {
  const pieces = encodePieces(page, life, clock())
  if (endOfPage(page.items, PIECE, payloadBytes) < page.items.length) {
    return { pieces, bytes: memoryOf(page.items) + PIECE.bytes * COPIES }
  }
  const texts = [...pieces]
  return { pieces: texts, bytes: texts.reduce((sum, { records }) => sum + records.length * COPIES, 0) }
}

function* encodePieces(
  { items, more }: Page<ReadRow>,
  life: PayloadLife,
  now: number,
): Generator<ListRecordsResponse, undefined> {
  const prunedAtOf = (row: ReadRow) => life.prunedAt(row, now)
  const last = items.at(-1)
  const nextCursor = more && last ? encodeCursor(last) : ''
  for (let start = 0, closes = false; !closes; ) {
    const end = endOfPage(items, PIECE, payloadBytes, start)
    closes = end === items.length
    const records = recordsJson(items.slice(start, end), prunedAtOf, { opens: start === 0, closes })
    yield { records, nextCursor: closes ? nextCursor : '' }
    start = end
  }
}
