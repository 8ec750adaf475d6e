import type { ListRecordsResponse } from '@syncline/proto'
import type { PayloadLife } from '../tables/payload-life.ts'
import type { ReadRow } from '../tables/record-log.ts'
import { encodeCursor } from './cursor.ts'
import { endOfPage, memoryOf, type Page, type PageBound, payloadBytes, rowBytes } from './page.ts'
import { recordsJson } from './record-json.ts'

/** Large enough that a piece costs little beside its records, small enough to be many times in memory. */
const PIECE = { records: 1000, bytes: 1024 * 1024 }
/** The message itself, and its frame while it is sent. */
const COPIES = 2
/** A page with more text is not kept for others, and never in memory as text as a whole. */
const KEEP_BYTES = 2 * 1024 * 1024

/** Whether the text is an array of records, or the object that the REST API answers. */
export type PageForm = 'array' | 'answer'
export const formOf = (request: { asAnswer: boolean }): PageForm => (request.asAnswer ? 'answer' : 'array')

/** How long payloads are kept, and by which clock. */
export type PageLife = { life: PayloadLife; clock: () => number }

/**
 * `bytes`: of the text. `keep`: the text is made, and the same for every reader until `trueUntil`, when the first of its
 * payloads expires.
 */
export type EncodedPage = {
  pieces: Iterable<ListRecordsResponse>
  bytes: number
  keep: boolean
  trueUntil: number
}

/** What a page of this size may need from the moment it is read: its rows, and the pieces that are made of them. */
export const memoryForPage = ({ bytes }: PageBound): number => bytes + Math.min(bytes, PIECE.bytes) * COPIES

/** What sending a page holds until its client has it: the text, and copies of the piece that is being sent. */
export const memoryToSend = ({ bytes }: Pick<EncodedPage, 'bytes'>): number =>
  bytes <= PIECE.bytes ? bytes * COPIES : bytes + PIECE.bytes * COPIES

/** The JSON of a page. Of a page that is too large to be kept, each piece is made when it is asked for. */
export function encodePage(page: Page<ReadRow>, form: PageForm, { life, clock }: PageLife): EncodedPage {
  const now = clock()
  const pieces = encodePieces(page, form, life, now)
  const size = page.items.reduce((sum, row) => sum + rowBytes(row), 0)
  if (size > KEEP_BYTES) return { pieces, bytes: memoryOf(page.items), keep: false, trueUntil: 0 }
  const texts = [...pieces]
  const bytes = texts.reduce((sum, { records }) => sum + records.length, 0)
  const trueUntil = life.changesAt(page.items, now)
  return { pieces: texts, bytes, keep: trueUntil > now, trueUntil }
}

function* encodePieces(
  { items, more }: Page<ReadRow>,
  form: PageForm,
  life: PayloadLife,
  now: number,
): Generator<ListRecordsResponse, undefined> {
  const prunedAtOf = (row: ReadRow) => life.prunedAt(row, now)
  const last = items.at(-1)
  const nextCursor = more && last ? encodeCursor(last) : ''
  const [opening, closing] =
    form === 'array' ? ['[', ']'] : ['{"records":[', `],"next_cursor":${JSON.stringify(nextCursor || null)}}`]
  for (let start = 0, closes = false; !closes; ) {
    const end = endOfPage(items, PIECE, payloadBytes, start)
    closes = end === items.length
    // The comma between two pieces belongs to the later one.
    const around = { before: start === 0 ? opening : ',', after: closes ? closing : '' }
    const records = recordsJson(items.slice(start, end), prunedAtOf, around)
    yield { records, nextCursor: closes ? nextCursor : '' }
    start = end
  }
}
