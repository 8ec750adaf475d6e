import type {
  DeployAnswer,
  DeployedAction,
  DeployedSync,
  ListDeploymentsAnswer,
  PlanDeploymentAnswer,
} from '../api-types.ts'
import type { DeployBody, PlanDeploymentBody } from '../endpoints.ts'
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
   * Fails with `unknown_integration`, `invalid_bundle`, `invalid_frequency`, `invalid_body`, `duplicate_model`, `unknown_bundle`,
   * `stale_plan`.
   *
   * @example
   * const { syncs } = await syncline.deployments.create({ providers: [providerFile] })
   */
  async create(deployment: DeployBody, options?: CallOptions): Promise<DeployAnswer> {
    return this.#call('POST /deployments', { body: deployment }, options)
  }

  /**
   * What `create` with the same deployment would change: functions, schedules, models, and bundles that have to be sent first. Stores
   * nothing.
   *
   * @example
   * const { plan, changes } = await syncline.deployments.plan({ syncs })
   * await syncline.deployments.create({ syncs, plan }) // fails with `stale_plan` if somebody else has deployed since
   */
  async plan(deployment: PlanDeploymentBody, options?: CallOptions): Promise<PlanDeploymentAnswer> {
    return this.#call('POST /deployments/plan', { body: deployment }, options)
  }

  /**
   * Sends the bundle of a function; deployments then name it as `bundle_hash`. `hash` is the sha256 of the text in hex.
   *
   * @example
   * await syncline.deployments.putBundle(createHash('sha256').update(text).digest('hex'), text)
   */
  async putBundle(hash: string, bundle: string, options?: CallOptions): Promise<void> {
    await this.#call('PUT /bundles/:hash', { params: { hash }, body: { bundle } }, options)
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
