import type { GetProviderAnswer, ListProvidersAnswer, VerifyProviderAnswer } from '../api-types.ts'
import type { VerifyProviderBody } from '../endpoints.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import type { CallOptions, Transport } from '../transport.ts'

/** What integrations can refer to: deployed providers, and those that come with Syncline. */
export class Providers {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * All providers.
   *
   * @example
   * const { data } = await syncline.providers.list()
   */
  async list(options?: CallOptions): Promise<ListProvidersAnswer> {
    return this.#call('GET /providers', {}, options)
  }

  /**
   * A provider with its settings.
   *
   * Fails with `unknown_provider`.
   *
   * @example
   * const { data } = await syncline.providers.get('github')
   */
  async get(name: string, options?: CallOptions): Promise<GetProviderAnswer> {
    return this.#call('GET /providers/:name', { params: { name } }, options)
  }

  /**
   * Deletes a deployed provider.
   *
   * Fails with `unknown_provider`, `in_use`.
   *
   * @example
   * await syncline.providers.delete('acme')
   */
  async delete(name: string, options?: CallOptions): Promise<void> {
    await this.#call('DELETE /providers/:name', { params: { name } }, options)
  }

  /**
   * Makes the verify request of a provider file with a connection, or without a file, that of its integration. Nothing is stored.
   *
   * Fails with `unknown_integration`, `unknown_connection`, `invalid_body`.
   *
   * @example
   * const { ok, reason } = await syncline.providers.verify({ providerConfigKey: 'acme', connectionId: 'user-123' })
   */
  async verify(request: CamelCase<VerifyProviderBody>, options?: CallOptions): Promise<VerifyProviderAnswer> {
    const body = snakeCase<VerifyProviderBody>(request)
    return this.#call('POST /providers/verify', { body }, options)
  }
}
