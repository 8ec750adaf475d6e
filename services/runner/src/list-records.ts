import type { HostParams } from '@syncline/functions'
import type { RecordsClient, Stream } from '@syncline/proto'
import { wholePage } from '@syncline/record'
import { AnswerWithText, type HostCall } from '@syncline/sandbox'
import { retrying } from './retrying.ts'

const CALL_FOR_MS = 60_000
/** What the record store gives as one page at most, unless an operator allows more. */
const PAGE_BYTES = 16 * 1024 * 1024

/** One page of a stream, as a function gets it. */
export async function listRecords(
  records: Pick<RecordsClient, 'listRecords'>,
  stream: Stream,
  { cursor, limit, ids }: HostParams['listRecords'],
  { signal, hold }: HostCall,
): Promise<AnswerWithText> {
  const request = { stream, cursor, limit, ids, modifiedAfterMs: 0, actions: [] }
  await hold(PAGE_BYTES)
  const page = await retrying((each) => wholePage(records.listRecords(request, { signal: each })), {
    forMs: CALL_FOR_MS,
    signal,
  })
  await hold(page.records.length)
  return new AnswerWithText({ nextCursor: page.nextCursor }, ['json'], 'utf8', [page.records])
}
