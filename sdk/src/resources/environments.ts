import type { DeletionCalls, Environment, ListEnvironmentsAnswer } from '../api-types.ts'
import type { CreateEnvironmentBody, ListEnvironmentsQuery, UpdateEnvironmentBody } from '../endpoints.ts'
import { pages } from '../pages.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { Paged } from '../types.ts'
import { DELETION_MS } from './deletion-ms.ts'

export type CreateEnvironment = CamelCase<CreateEnvironmentBody>
export type UpdateEnvironment = CamelCase<UpdateEnvironmentBody>
export type ListEnvironments = Paged<Omit<ListEnvironmentsQuery, 'limit'>> & {
  /** Up to 1000; 1000 by default. */
  limit?: number | undefined
}

/** All environments: for a client whose key is the admin key. */
export class Environments {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Makes an environment.
   *
   * Fails with `already_exists`.
   *
   * @example
   * await syncline.environments.create({ name: 'prod', maxRuns: 200 })
   */
  async create(environment: CreateEnvironment, options?: CallOptions): Promise<Environment> {
    const body = snakeCase<CreateEnvironmentBody>(environment)
    return this.#call('POST /environments', { body }, options)
  }

  /**
   * One page of the environments, in the order of their names.
   *
   * @example
   * const { environments } = await syncline.environments.list()
   */
  async list(config: ListEnvironments = {}, options?: CallOptions): Promise<ListEnvironmentsAnswer> {
    const query = { ...config, cursor: config.cursor ?? undefined }
    return this.#call('GET /environments', { query }, options)
  }

  /**
   * All of them, page by page as they are taken.
   *
   * @example
   * for await (const { name } of syncline.environments.iterate()) console.log(name)
   */
  iterate(
    config: ListEnvironments = {},
    options?: CallOptions,
  ): AsyncGenerator<Environment, void, undefined> {
    const read = (cursor: string | undefined) => this.list({ ...config, cursor }, options)
    return pages(config.cursor, read, ({ environments }) => environments)
  }

  /**
   * An environment.
   *
   * Fails with `unknown_environment`.
   *
   * @example
   * const { max_runs } = await syncline.environments.get('prod')
   */
  async get(environment: string, options?: CallOptions): Promise<Environment> {
    return this.#call('GET /environments/:environment', { params: { environment } }, options)
  }

  /**
   * Sets how much of the runners an environment gets, and how its records are checked; null goes back to the default.
   *
   * Fails with `unknown_environment`.
   *
   * @example
   * await syncline.environments.update('prod', { maxRuns: 200, weight: 4 })
   */
  async update(environment: string, limits: UpdateEnvironment, options?: CallOptions): Promise<Environment> {
    const body = snakeCase<UpdateEnvironmentBody>(limits)
    return this.#call('PATCH /environments/:environment', { params: { environment }, body }, options)
  }

  /**
   * Deletes an environment with everything in it. `confirm` is its name once more: it cannot be undone. Functions for
   * `pre-connection-deletion` of its connections run first, so it may take minutes; `on_events` says how they ended, and is null if there
   * are none.
   *
   * Fails with `unknown_environment`.
   *
   * @example
   * await syncline.environments.delete('trial', { confirm: 'trial' })
   */
  async delete(
    environment: string,
    { confirm, ...options }: { confirm: string } & CallOptions,
  ): Promise<{ on_events: DeletionCalls | null }> {
    const request = { params: { environment }, query: { confirm } }
    const patient = { timeoutMs: DELETION_MS, ...options }
    const { on_events = null } = await this.#call('DELETE /environments/:environment', request, patient)
    return { on_events }
  }
}
