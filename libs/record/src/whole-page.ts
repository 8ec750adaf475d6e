import type { ListRecordsResponse } from '@syncline/proto'
import { bufferView } from './buffer-view.ts'

/** Joins the pieces of a page. */
export async function wholePage(
  pieces: AsyncIterable<ListRecordsResponse>,
): Promise<{ records: Buffer; nextCursor: string }> {
  const texts: Uint8Array[] = []
  let end = ''
  for await (const { records, nextCursor } of pieces) {
    texts.push(records)
    end = nextCursor
  }
  const [first, ...rest] = texts
  return { records: first && rest.length === 0 ? bufferView(first) : Buffer.concat(texts), nextCursor: end }
}
