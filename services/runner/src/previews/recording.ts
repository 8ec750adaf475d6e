import {
  type Ended,
  type Exchange,
  FIXTURE_BYTES,
  type FixtureInput,
  fetchExchange,
  httpExchange,
} from '@syncline/fixtures'
import type { FetchCall, HttpAnswer, HttpCall } from '@syncline/functions'
import type { ListRecordsResponse, RecordsClient, Stream } from '@syncline/proto'
import { wholePage } from '@syncline/record'
import type { AnswerWithText } from '@syncline/sandbox'

/** The text of a fixture is indented, and has what there was before the run beside the exchanges. */
const EXCHANGES_CHARS = FIXTURE_BYTES / 4
const INITIAL_CHARS = FIXTURE_BYTES / 8
const PAGE_RECORDS = 1000

/** The exchanges of a preview with the API, as a fixture has them: what the function has sent and got, without credentials. */
export class Recording {
  readonly #exchanges: Exchange[] = []
  #chars = 0
  #isComplete = true

  http(call: HttpCall, ended: { answer: AnswerWithText } | { error: unknown }): void {
    this.#add(() => httpExchange(call, endOf(ended)), ended)
  }

  fetch(call: FetchCall, ended: { answer: AnswerWithText } | { error: unknown }): void {
    this.#add(() => fetchExchange(call, endOf(ended)), ended)
  }

  /** False: there were more exchanges than it keeps. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  fixture(of: Omit<FixtureInput, 'version' | 'exchanges'>): FixtureInput {
    return { version: 1, ...of, exchanges: this.#exchanges }
  }

  #add(exchange: () => Exchange, ended: { answer: AnswerWithText } | { error: unknown }): void {
    this.#chars += 1000 + ('answer' in ended ? ended.answer.bytes : 0)
    if (this.#chars > EXCHANGES_CHARS) this.#isComplete = false
    if (this.#isComplete) this.#exchanges.push(exchange())
  }
}

function endOf(ended: { answer: AnswerWithText } | { error: unknown }): Ended {
  if ('error' in ended) return ended
  const { value, path, encoding, blocks } = ended.answer
  const text = Buffer.concat(blocks).toString(encoding)
  const name = path.at(-1) === 'base64' ? 'base64' : 'text'
  // As toHostAnswer makes it: only the body is missing.
  return { answer: { ...(value as Omit<HttpAnswer, 'body'>), body: { [name]: text } as HttpAnswer['body'] } }
}

/** Live records of a stream, without their metadata, as many as fit: what the run is compared with when it is repeated. */
export async function initialRecords(
  records: RecordsClient,
  streams: Stream[],
  signal: AbortSignal,
): Promise<NonNullable<NonNullable<FixtureInput['initial']>['records']>> {
  const found: Record<string, { id: string | number }[]> = {}
  let chars = 0
  for (const stream of streams) {
    const kept: { id: string | number }[] = []
    found[stream.model] = kept
    for (let cursor = '', more = true; more && chars <= INITIAL_CHARS; ) {
      const request = { stream, cursor, limit: PAGE_RECORDS, ids: [], modifiedAfterMs: 0, actions: [] }
      const pieces: AsyncIterable<ListRecordsResponse> = records.listRecords(request, { signal })
      const page = await wholePage(pieces)
      chars += page.records.length
      const rows: Stored[] = JSON.parse(page.records.toString())
      for (const { _nango_metadata: metadata, ...record } of rows) {
        if (metadata.last_action !== 'DELETED' && metadata.pruned_at === null) kept.push(record)
      }
      cursor = page.nextCursor
      more = cursor !== ''
    }
  }
  return found
}

/** As the record store gives it. */
type Stored = {
  id: string | number
  _nango_metadata: { last_action: string; pruned_at: string | null }
}
