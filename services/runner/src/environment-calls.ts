import { randomUUID } from 'node:crypto'
import { type ActionCalls, type ActionStore, actionInput } from '@syncline/actions'
import { orAborted } from '@syncline/async'
import { type Catalog, checkNames } from '@syncline/catalog'
import type { CommandSender } from '@syncline/commands'
import { AppError } from '@syncline/errors'
import type { HostParams } from '@syncline/functions'
import type { ActionResult } from '@syncline/proto'

/** Actions that call each other in a row. */
const MAX_DEPTH = 3

interface Deps {
  catalog: Catalog
  commands: CommandSender
  actions: ActionCalls
  store: ActionStore
  actionTimeoutMs: number
}

interface ActionOptions {
  /** Actions that have called each other up to this call. */
  depth: number
  /** How long its caller goes on at most. */
  withinMs: number
  signal: AbortSignal
}

/** What functions set going in their environment: they take the same ways as calls of the REST API. */
export class EnvironmentCalls {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Returns when the scheduler has asked for the runs, or will. Within this call it is one command, however often it is sent. */
  async triggerSync(environment: string, params: HostParams['triggerSync']): Promise<void> {
    const { providerConfigKey, connectionId, syncs, reset, emptyCache } = params
    await this.#checkNames(environment, params)
    const target = { providerConfigKey, connectionId, syncs }
    const value = { target, reset, emptyCache, withRuns: false }
    await this.#deps.commands.send(environment, { $case: 'trigger', value })
  }

  async startSync(environment: string, params: HostParams['startSync']): Promise<void> {
    await this.#checkNames(environment, params)
    const value = { target: params, withRuns: false }
    await this.#deps.commands.send(environment, { $case: 'start', value })
  }

  /** If its caller ends meanwhile, the action goes on. */
  async triggerAction(
    environment: string,
    { providerConfigKey: integration, connectionId, action, input }: HostParams['triggerAction'],
    { depth, withinMs, signal }: ActionOptions,
  ): Promise<ActionResult> {
    const { catalog, actions, store, actionTimeoutMs } = this.#deps
    if (depth >= MAX_DEPTH) {
      throw new AppError(
        'invalid_body',
        `action '${action}': ${depth} actions have called each other up to here, which is as many as may`,
      )
    }
    await catalog.integrations.get(environment, integration)
    const connection = await catalog.connections.get(environment, integration, connectionId)
    const { event } = await catalog.actions.get(environment, integration, action)
    if (event !== undefined) {
      const message = `'${action}' is no action that somebody calls: it runs at ${event}`
      throw new AppError('unknown_action', message)
    }
    const id = randomUUID()
    const result = actions.call({
      id,
      environment,
      providerConfigKey: integration,
      connectionId,
      connectionUid: connection.uid,
      action,
      timeoutMs: Math.max(1, Math.floor(Math.min(actionTimeoutMs, withinMs))),
      maxRetries: 0,
      depth,
      triedConnection: Buffer.alloc(0),
      ...(await actionInput(store, id, Buffer.from(input ?? ''))),
    })
    return orAborted(result, signal)
  }

  #checkNames(environment: string, params: HostParams['startSync']): Promise<void> {
    const { providerConfigKey: integration, connectionId, syncs } = params
    return checkNames(this.#deps.catalog, environment, {
      integration,
      connection: connectionId || undefined,
      syncs,
    })
  }
}
