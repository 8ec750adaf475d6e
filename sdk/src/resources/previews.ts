import type { CreatePreviewAnswer, Preview, PreviewProgress, PreviewResult } from '../api-types.ts'
import type { CreatePreviewBody } from '../endpoints.ts'
import { SynclineError } from '../error.ts'
import { poll, type WaitOptions } from '../poll.ts'
import type { CallOptions, Transport } from '../transport.ts'

export interface WaitForPreviewOptions extends WaitOptions {
  /** Called with how far it is, each time that it was asked. */
  onProgress?: ((progress: PreviewProgress) => void) | undefined
}

/** Runs of sync functions that have no effect, and tell what they would change. */
export class Previews {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Begins a preview, written as the API takes it. The command line (`syncline dryrun`) makes the bundle.
   *
   * Fails with `unknown_integration`, `unknown_connection`.
   *
   * @example
   * const { id } = await syncline.previews.create({ provider_config_key: 'github', connection_id: 'user-123', sync: 'issues', bundle, models: ['Issue'] })
   */
  async create(preview: CreatePreviewBody, options?: CallOptions): Promise<CreatePreviewAnswer> {
    return this.#call('POST /previews', { body: preview }, options)
  }

  /**
   * A preview as it is now, for a day.
   *
   * Fails with `not_found`.
   *
   * @example
   * const { state, progress } = await syncline.previews.get(id)
   */
  async get(id: string, options?: CallOptions): Promise<Preview> {
    return this.#call('GET /previews/:id', { params: { id } }, options)
  }

  /**
   * Waits until a preview has ended, and gives its result.
   *
   * Fails with the error of one that has no result, such as `unavailable`, and with `timeout` after `deadlineMs`, an hour by default.
   *
   * @example
   * const { models } = await syncline.previews.wait(id)
   */
  async wait(id: string, { onProgress, ...options }: WaitForPreviewOptions = {}): Promise<PreviewResult> {
    const read = async (call: CallOptions) => {
      const preview = await this.get(id, call)
      if (preview.progress) onProgress?.(preview.progress)
      return preview
    }
    const { result, error } = await poll(`preview '${id}'`, read, ({ state }) => state === 'ended', options)
    if (result) return result
    throw new SynclineError(
      0,
      error?.code ?? 'server_error',
      error?.message ?? `preview '${id}' has no result`,
    )
  }

  /**
   * The exchanges with the API that a preview has recorded.
   *
   * Fails with `not_found` if it has not ended, or did not record.
   *
   * @example
   * const fixture = await syncline.previews.recording(id)
   */
  async recording(id: string, options?: CallOptions): Promise<Record<string, unknown>> {
    return this.#call('GET /previews/:id/recording', { params: { id } }, options)
  }

  /**
   * Stops a preview: it ends with the result so far.
   *
   * Fails with `not_found`.
   *
   * @example
   * await syncline.previews.cancel(id)
   */
  async cancel(id: string, options?: CallOptions): Promise<void> {
    await this.#call('POST /previews/:id/cancel', { params: { id } }, options)
  }
}
