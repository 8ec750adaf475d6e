import type {
  CreateIntegrationAnswer,
  DeletionCalls,
  GetIntegrationAnswer,
  ListIntegrationsAnswer,
  UpdateIntegrationAnswer,
} from '../api-types.ts'
import type { CreateIntegrationBody, GetIntegrationQuery, UpdateIntegrationBody } from '../endpoints.ts'
import { type CamelCase, snakeCase } from '../snake-case.ts'
import type { CallOptions, Transport } from '../transport.ts'
import { DELETION_MS } from './deletion-ms.ts'

export type CreateIntegration = CamelCase<CreateIntegrationBody>
export type UpdateIntegration = CamelCase<UpdateIntegrationBody>

/** External APIs. */
export class Integrations {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Registers an external API.
   *
   * Fails with `already_exists`, `invalid_body`.
   *
   * @example
   * await syncline.integrations.create({ uniqueKey: 'github', provider: 'github' })
   * await syncline.integrations.create({
   *   uniqueKey: 'crm',
   *   provider: 'crm',
   *   baseUrl: 'https://api.crm.example',
   *   auth: { type: 'header', name: 'x-api-key' },
   * })
   */
  async create(integration: CreateIntegration, options?: CallOptions): Promise<CreateIntegrationAnswer> {
    const body = snakeCase<CreateIntegrationBody>(integration)
    return this.#call('POST /integrations', { body }, options)
  }

  /**
   * All external APIs.
   *
   * @example
   * const { data } = await syncline.integrations.list()
   */
  async list(options?: CallOptions): Promise<ListIntegrationsAnswer> {
    return this.#call('GET /integrations', {}, options)
  }

  /**
   * An external API; with `include: ['credentials']`, with the secrets of its app.
   *
   * Fails with `unknown_integration`.
   *
   * @example
   * const { data } = await syncline.integrations.get('github', { include: ['credentials'] })
   */
  async get(
    uniqueKey: string,
    { include, ...options }: GetIntegrationQuery & CallOptions = {},
  ): Promise<GetIntegrationAnswer> {
    return this.#call('GET /integrations/:uniqueKey', { params: { uniqueKey }, query: { include } }, options)
  }

  /**
   * Changes the given settings; null takes one back to the provider's.
   *
   * Fails with `unknown_integration`, `invalid_body`.
   *
   * @example
   * await syncline.integrations.update('crm', { baseUrl: 'https://eu.crm.example' })
   */
  async update(
    uniqueKey: string,
    settings: UpdateIntegration,
    options?: CallOptions,
  ): Promise<UpdateIntegrationAnswer> {
    const body = snakeCase<UpdateIntegrationBody>(settings)
    return this.#call('PATCH /integrations/:uniqueKey', { params: { uniqueKey }, body }, options)
  }

  /**
   * Deletes an external API with its connections and syncs. Functions for `pre-connection-deletion` run first, so it may take minutes;
   * `on_events` says how they ended, and is null if there are none.
   *
   * Fails with `unknown_integration`.
   *
   * @example
   * await syncline.integrations.delete('crm')
   */
  async delete(uniqueKey: string, options?: CallOptions): Promise<{ on_events: DeletionCalls | null }> {
    const request = { params: { uniqueKey } }
    const patient = { timeoutMs: DELETION_MS, ...options }
    const { on_events = null } = await this.#call('DELETE /integrations/:uniqueKey', request, patient)
    return { on_events }
  }
}
