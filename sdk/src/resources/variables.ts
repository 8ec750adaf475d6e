import type { Variable } from '../api-types.ts'
import type { CallOptions, Transport } from '../transport.ts'

/** The environment's variables, which functions can read. */
export class Variables {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * All variables, with their values.
   *
   * @example
   * for (const { name } of await syncline.variables.list()) console.log(name)
   */
  async list(options?: CallOptions): Promise<Variable[]> {
    return this.#call('GET /environment-variables', {}, options)
  }

  /**
   * Sets a variable.
   *
   * Fails with `invalid_uri_params`, `invalid_body`.
   *
   * @example
   * await syncline.variables.set('REGION', 'eu')
   */
  async set(name: string, value: string, options?: CallOptions): Promise<void> {
    await this.#call('PUT /environment-variables/:name', { params: { name }, body: { value } }, options)
  }

  /**
   * Deletes a variable.
   *
   * Fails with `not_found`.
   *
   * @example
   * await syncline.variables.delete('REGION')
   */
  async delete(name: string, options?: CallOptions): Promise<void> {
    await this.#call('DELETE /environment-variables/:name', { params: { name } }, options)
  }
}
