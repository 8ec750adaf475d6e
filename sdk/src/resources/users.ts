import type { ListUsersAnswer, User } from '../api-types.ts'
import type { CreateUserBody, UpdateUserBody } from '../endpoints.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import type { CallOptions, Transport } from '../transport.ts'

export type CreateUser = CamelCase<CreateUserBody>

/** People who log in to the dashboard of an environment: for a client whose key is the admin key. */
export class Users {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Creates a user. Without `scopes` the user may read.
   *
   * Fails with `unknown_environment`, `already_exists`, `resource_capped`.
   *
   * @example
   * await syncline.users.create('prod', { name: 'ann@acme.test', password, scopes: ['read', 'operate'] })
   */
  async create(environment: string, user: CreateUser, options?: CallOptions): Promise<User> {
    const body = snakeCase<CreateUserBody>(user)
    return this.#call('POST /environments/:environment/users', { params: { environment }, body }, options)
  }

  /**
   * The users of an environment, by name.
   *
   * Fails with `unknown_environment`.
   *
   * @example
   * const { users } = await syncline.users.list('prod')
   */
  async list(environment: string, options?: CallOptions): Promise<ListUsersAnswer> {
    return this.#call('GET /environments/:environment/users', { params: { environment } }, options)
  }

  /**
   * Changes what a user may do: it counts from the next request of the user on.
   *
   * Fails with `unknown_environment`, `not_found`.
   *
   * @example
   * await syncline.users.update('prod', 'ann@acme.test', { scopes: ['read', 'operate'] })
   */
  async update(
    environment: string,
    name: string,
    user: UpdateUserBody,
    options?: CallOptions,
  ): Promise<User> {
    const params = { environment, name }
    return this.#call('PATCH /environments/:environment/users/:name', { params, body: user }, options)
  }

  /**
   * Deletes a user: sessions of the user end at their next request.
   *
   * Fails with `unknown_environment`, `not_found`.
   *
   * @example
   * await syncline.users.delete('prod', 'ann@acme.test')
   */
  async delete(environment: string, name: string, options?: CallOptions): Promise<void> {
    await this.#call(
      'DELETE /environments/:environment/users/:name',
      { params: { environment, name } },
      options,
    )
  }

  /**
   * Gives a user a new password: sessions of the user end at their next request.
   *
   * Fails with `unknown_environment`, `not_found`.
   *
   * @example
   * await syncline.users.setPassword('prod', 'ann@acme.test', password)
   */
  async setPassword(
    environment: string,
    name: string,
    password: string,
    options?: CallOptions,
  ): Promise<void> {
    const params = { environment, name }
    await this.#call(
      'PUT /environments/:environment/users/:name/password',
      { params, body: { password } },
      options,
    )
  }
}
