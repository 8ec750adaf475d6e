import type { HeldDeletion, ListHeldDeletionsAnswer } from '../api-types.ts'
import type { ListHeldDeletionsQuery, ReleaseHeldDeletionBody } from '../endpoints.ts'
import { pages } from '../pages.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { Paged } from '../types.ts'

export type ListHeldDeletions = Paged<CamelCase<ListHeldDeletionsQuery>>
export type ReleaseHeldDeletion = CamelCase<ReleaseHeldDeletionBody>

/**
 * Records that a sync did not save again and that were not deleted: because they are most of a stream, or because the pass of the
 * sync was not complete.
 */
export class HeldDeletions {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * One page of the last held deletion of each stream. A page may hold fewer than `limit` though there are more.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `invalid_cursor`.
   *
   * @example
   * const { deletions } = await syncline.heldDeletions.list({ providerConfigKey: 'github' })
   */
  async list(config: ListHeldDeletions = {}, options?: CallOptions): Promise<ListHeldDeletionsAnswer> {
    const { cursor, ...query } = config
    return this.#call(
      'GET /records/held-deletions',
      {
        query: { ...snakeCase<ListHeldDeletionsQuery>(query), cursor: cursor ?? undefined },
      },
      options,
    )
  }

  /**
   * All of them, page by page as they are taken.
   *
   * Fails as `list` does.
   *
   * @example
   * for await (const { model, unseen, live } of syncline.heldDeletions.iterate()) console.log(model, unseen, live)
   */
  iterate(
    config: ListHeldDeletions = {},
    options?: CallOptions,
  ): AsyncGenerator<HeldDeletion, void, undefined> {
    const read = (cursor: string | undefined) => this.list({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ deletions }) => deletions)
  }

  /**
   * Lets the next complete pass of a sync delete most of a stream, once: the records are really gone from the source.
   *
   * Fails with `unknown_connection`, `unknown_model`, `not_found`.
   *
   * @example
   * await syncline.heldDeletions.release({ providerConfigKey: 'github', connectionId: 'user-123', model: 'GithubIssue' })
   */
  async release(config: ReleaseHeldDeletion, options?: CallOptions): Promise<HeldDeletion> {
    return this.#call('POST /records/held-deletions/release', { body: snakeCase(config) }, options)
  }
}
