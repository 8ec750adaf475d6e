import type { DeployAnswer, DeployedAction, DeployedSync, ListDeploymentsAnswer } from '../api-types.ts'
import type { DeployBody } from '../endpoints.ts'
import type { CallOptions, Transport } from '../transport.ts'

/** Deployed functions. */
export class Deployments {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Stores sync functions, actions and provider files, written as the API takes them. The command line (`syncline deploy`) makes the bundles.
   *
   * Fails with `unknown_integration`, `invalid_bundle`, `invalid_frequency`, `invalid_body`.
   *
   * @example
   * const { syncs } = await syncline.deployments.create({ providers: [providerFile] })
   */
  async create(deployment: DeployBody, options?: CallOptions): Promise<DeployAnswer> {
    return this.#call('POST /deployments', { body: deployment }, options)
  }

  /**
   * All deployed functions.
   *
   * @example
   * const { syncs } = await syncline.deployments.list()
   */
  async list(options?: CallOptions): Promise<ListDeploymentsAnswer> {
    return this.#call('GET /deployments', {}, options)
  }

  /**
   * A deployed sync function or action.
   *
   * Fails with `unknown_integration`, `unknown_sync`.
   *
   * @example
   * const { version } = await syncline.deployments.get({ providerConfigKey: 'github', name: 'issues' })
   */
  async get(
    { providerConfigKey, name }: DeploymentRef,
    options?: CallOptions,
  ): Promise<DeployedSync | DeployedAction> {
    const query = { provider_config_key: providerConfigKey }
    return this.#call('GET /deployments/:name', { params: { name }, query }, options)
  }

  /**
   * Removes a deployed sync function with its schedules and records.
   *
   * Fails with `unknown_sync`.
   *
   * @example
   * await syncline.deployments.delete({ providerConfigKey: 'github', name: 'issues' })
   */
  async delete({ providerConfigKey, name }: DeploymentRef, options?: CallOptions): Promise<void> {
    const query = { provider_config_key: providerConfigKey }
    await this.#call('DELETE /deployments/:name', { params: { name }, query }, options)
  }
}

export interface DeploymentRef {
  providerConfigKey: string
  name: string
}
