import type { ListRecordsResponse } from '@syncline/proto'

/** A page that came in pieces, for who wants all of it at once. */
export async function wholePage(pieces: AsyncIterable<ListRecordsResponse>): Promise<ListRecordsResponse> {
  const texts: Buffer[] = []
  let end = ''
  for await (const { records, nextCursor } of pieces) {
    texts.push(records)
    end = nextCursor
  }
  const [first = Buffer.of(), ...rest] = texts
  return { records: rest.length === 0 ? first : Buffer.concat(texts), nextCursor: end }
}
