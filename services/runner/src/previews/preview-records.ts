import { PassThrough } from 'node:stream'
import { AppError, codes, type ErrorCode } from '@syncline/errors'
import { ModelPreview } from '@syncline/preview'
import type {
  ListRecordsResponse,
  PreviewResponse,
  RecordsClient,
  SaveResponse,
  Stream,
} from '@syncline/proto'
import type { DeadlineOptions } from '@syncline/rpc'
import { z } from 'zod'
import type { RecordWrites } from '../saves.ts'

type Asked = NonNullable<
  Parameters<RecordsClient['preview']>[0] extends AsyncIterable<infer Request extends { request?: unknown }>
    ? Request['request']
    : never
>
type Answered = NonNullable<PreviewResponse['response']>

interface Options {
  records: RecordsClient<DeadlineOptions>
  streams: Stream[]
  samples: number
  /** The call may take so long, whatever is asked. */
  forMs: number
  signal: AbortSignal
}

/**
 * The record store as a preview has it: one call, whose requests are answered in order. It takes what a run writes, says what would
 * have become of it, and forgets everything when the call ends.
 */
export class PreviewRecords implements RecordWrites, Disposable {
  readonly #requests = new PassThrough({ objectMode: true })
  readonly #waiting: PromiseWithResolvers<Answered>[] = []
  readonly #end = new AbortController()
  readonly #onFull: (error: AppError) => void
  #failure: AppError | undefined

  /** @param onFull The preview holds as much as it may: what comes now is not planned any more. */
  private constructor({ records, forMs, signal }: Options, onFull: (error: AppError) => void) {
    this.#onFull = onFull
    const options = { deadline: forMs, signal: AbortSignal.any([signal, this.#end.signal]) }
    const responses = records.preview(this.#requests, options)
    void this.#receive(responses)
  }

  static async open(options: Options, onFull: (error: AppError) => void): Promise<PreviewRecords> {
    const opened = new PreviewRecords(options, onFull)
    try {
      const { streams, samples } = options
      await opened.#ask({ $case: 'begin', value: { streams, samples } })
      return opened
    } catch (error) {
      opened[Symbol.dispose]()
      throw error
    }
  }

  save = (value: Parameters<RecordWrites['save']>[0]) => this.#saved({ $case: 'save', value: value })
  delete = (value: Parameters<RecordWrites['delete']>[0]) => this.#saved({ $case: 'delete', value: value })
  endTrackingDeletes = (value: Parameters<RecordWrites['endTrackingDeletes']>[0]) =>
    this.#saved({ $case: 'endTrackingDeletes', value: value })
  deleteUnseen = (value: Parameters<RecordWrites['deleteUnseen']>[0]) =>
    this.#saved({ $case: 'deleteUnseen', value: value })

  async startTrackingDeletes(value: Parameters<RecordWrites['startTrackingDeletes']>[0]) {
    await this.#ask({ $case: 'startTrackingDeletes', value: value })
    return {}
  }

  async markIncomplete(value: Parameters<RecordWrites['markIncomplete']>[0]) {
    await this.#ask({ $case: 'markIncomplete', value: value })
    return {}
  }

  async findPosition(value: Parameters<RecordWrites['findPosition']>[0]) {
    const answer = await this.#ask({ $case: 'findPosition', value })
    if (answer.$case !== 'position') throw unexpected(answer)
    return answer.value
  }

  /** Compared with what earlier runs have saved, and not remembered. */
  async noteShape(value: Parameters<RecordWrites['noteShape']>[0]) {
    const answer = await this.#ask({ $case: 'compareShape', value })
    if (answer.$case !== 'shape') throw unexpected(answer)
    return answer.value
  }

  async *listRecords(
    value: Parameters<RecordsClient['listRecords']>[0],
  ): AsyncGenerator<ListRecordsResponse> {
    const answer = await this.#ask({ $case: 'listRecords', value: value })
    if (answer.$case !== 'records') throw unexpected(answer)
    yield answer.value
  }

  /** What would have changed so far, in the order of the streams. */
  async summary(): Promise<ModelPreview[]> {
    const answer = await this.#ask({ $case: 'summary', value: {} })
    if (answer.$case !== 'summary') throw unexpected(answer)
    return z.array(ModelPreview).parse(JSON.parse(Buffer.from(answer.value.models).toString()))
  }

  [Symbol.dispose](): void {
    this.#requests.end()
    this.#end.abort(new Error('the preview has ended'))
  }

  async #saved(request: Asked): Promise<SaveResponse> {
    const answer = await this.#ask(request)
    if (answer.$case !== 'saved') throw unexpected(answer)
    return answer.value
  }

  async #ask(request: Asked): Promise<Answered> {
    if (this.#failure !== undefined) throw this.#failure
    const waiting = Promise.withResolvers<Answered>()
    this.#waiting.push(waiting)
    this.#requests.write({ request })
    const answer = await waiting.promise
    if (answer.$case !== 'refused') return answer
    const { code, message } = answer.value
    const error = new AppError(Object.hasOwn(codes, code) ? (code as ErrorCode) : 'server_error', message) // one of its keys
    if (error.code === 'resource_capped') this.#onFull(error)
    throw error
  }

  async #receive(responses: AsyncIterable<PreviewResponse>): Promise<void> {
    try {
      for await (const { response } of responses) {
        const waiting = this.#waiting.shift()
        if (response === undefined) waiting?.reject(new Error('the record store has sent an empty answer'))
        else waiting?.resolve(response)
      }
      this.#fail('it has ended the call')
    } catch (error) {
      this.#fail(error)
    }
  }

  /** What it held is lost: another try would not help. */
  #fail(cause: unknown): void {
    const text = cause instanceof Error ? cause.message : String(cause)
    const error = new AppError('server_error', `the record store has lost the preview: ${text}`, { cause })
    this.#failure ??= error
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
  }
}

const unexpected = ({ $case }: Answered) =>
  new Error(`the record store has answered '${$case}' to another request`)
