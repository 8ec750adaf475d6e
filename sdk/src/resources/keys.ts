import type { CreateKeyAnswer, Key, ListKeysAnswer, RotateKeyAnswer } from '../api-types.ts'
import type { CreateKeyBody, ListKeysQuery, UpdateKeyBody } from '../endpoints.ts'
import { pages } from '../pages.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { ConnectionRef, Paged } from '../types.ts'

export type CreateKey = Omit<CamelCase<CreateKeyBody>, 'connection'> & {
  /** The key may read this connection and nothing else. */
  connection?: ConnectionRef
}
export type UpdateKey = CamelCase<UpdateKeyBody>
export type ListKeys = Paged<Omit<ListKeysQuery, 'limit'>> & {
  /** Up to 1000; 1000 by default. */
  limit?: number | undefined
}

/** Keys of environments: for a client whose key is the admin key. */
export class Keys {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Makes a key. Its `secret` is in this answer only.
   *
   * Fails with `unknown_environment`, `unknown_integration`, `unknown_connection`, `resource_capped`.
   *
   * @example
   * const { secret } = await syncline.keys.create('prod', { label: 'reporting', scopes: ['read'] })
   */
  async create(
    environment: string,
    { connection, ...key }: CreateKey,
    options?: CallOptions,
  ): Promise<CreateKeyAnswer> {
    const body = {
      ...snakeCase<CreateKeyBody>(key),
      ...(connection !== undefined && { connection: snakeCase<ConnectionName>(connection) }),
    }
    return this.#call('POST /environments/:environment/keys', { params: { environment }, body }, options)
  }

  /**
   * One page of the keys of an environment, oldest first, without their secrets.
   *
   * Fails with `unknown_environment`, `invalid_cursor`.
   *
   * @example
   * const { keys, next_cursor } = await syncline.keys.list('prod', { limit: 100 })
   */
  async list(environment: string, config: ListKeys = {}, options?: CallOptions): Promise<ListKeysAnswer> {
    const query = { ...config, cursor: config.cursor ?? undefined }
    return this.#call('GET /environments/:environment/keys', { params: { environment }, query }, options)
  }

  /**
   * All of them, page by page as they are taken.
   *
   * Fails as `list` does.
   *
   * @example
   * for await (const { label, last_used_at } of syncline.keys.iterate('prod')) console.log(label, last_used_at)
   */
  iterate(
    environment: string,
    config: ListKeys = {},
    options?: CallOptions,
  ): AsyncGenerator<Key, void, undefined> {
    const read = (cursor: string | undefined) => this.list(environment, { ...config, cursor }, options)
    return pages(config.cursor, read, ({ keys }) => keys)
  }

  /**
   * A key, without its secrets.
   *
   * Fails with `unknown_environment`, `not_found`.
   *
   * @example
   * const { last_used_at } = await syncline.keys.get('prod', id)
   */
  async get(environment: string, keyId: string, options?: CallOptions): Promise<Key> {
    const params = { environment, keyId }
    return this.#call('GET /environments/:environment/keys/:keyId', { params }, options)
  }

  /**
   * Changes the label, the scopes or the expiry of a key.
   *
   * Fails with `unknown_environment`, `not_found`.
   *
   * @example
   * await syncline.keys.update('prod', id, { expiresAt: null })
   */
  async update(environment: string, keyId: string, key: UpdateKey, options?: CallOptions): Promise<Key> {
    const body = snakeCase<UpdateKeyBody>(key)
    const params = { environment, keyId }
    return this.#call('PATCH /environments/:environment/keys/:keyId', { params, body }, options)
  }

  /**
   * Deletes a key: it works no longer.
   *
   * Fails with `unknown_environment`, `not_found`.
   *
   * @example
   * await syncline.keys.delete('prod', id)
   */
  async delete(environment: string, keyId: string, options?: CallOptions): Promise<void> {
    const params = { environment, keyId }
    await this.#call('DELETE /environments/:environment/keys/:keyId', { params }, options)
  }

  /**
   * Gives a key a new secret, which is in this answer only. The old ones work for `overlapSeconds` longer: a day by default.
   *
   * Fails with `unknown_environment`, `not_found`, `resource_capped`.
   *
   * @example
   * const { secret } = await syncline.keys.rotate('prod', id, { overlapSeconds: 0 })
   */
  async rotate(
    environment: string,
    keyId: string,
    { overlapSeconds, ...options }: { overlapSeconds?: number } & CallOptions = {},
  ): Promise<RotateKeyAnswer> {
    const body = overlapSeconds === undefined ? {} : { overlap_seconds: overlapSeconds }
    const params = { environment, keyId }
    return this.#call('POST /environments/:environment/keys/:keyId/rotate', { params, body }, options)
  }
}

type ConnectionName = NonNullable<CreateKeyBody['connection']>
