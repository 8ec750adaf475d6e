import type { ActionAccepted } from '../api-types.ts'
import { SynclineError } from '../error.ts'
import { poll, type WaitOptions } from '../poll.ts'
import type { CallOptions, Transport } from '../transport.ts'
import type { ConnectionRef } from '../types.ts'

export type TriggerAction = ConnectionRef & {
  /** Its name. */
  action: string
  /** Any JSON, as the input schema of the action says. */
  input?: unknown
}

/**
 * Actions: functions that are called for one connection. A call of one is not repeated unless `retries` is given: it may have
 * effects, and a call whose answer is lost may have begun.
 */
export class Actions {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * Calls an action and gives what it returns. After `in_doubt`, `action_timed_out`, `no_answer` or `timeout` it may have taken
   * effect.
   *
   * Fails with `unknown_connection`, `unknown_action`, `invalid_action_input`, `action_failed`, `script_http_error`, `in_doubt`.
   *
   * @example
   * const where = { providerConfigKey: 'github', connectionId: 'user-123' }
   * const issue = await syncline.actions.trigger<Issue>({ ...where, action: 'create-issue', input: { title: 'x' } })
   */
  async trigger<Output = unknown>(config: TriggerAction, options?: CallOptions): Promise<Output> {
    const output = await this.#call('POST /action/trigger', requestOf(config), { retries: 0, ...options })
    // The caller names the type of what the action returns.
    return output as Output
  }

  /**
   * Accepts an action that runs later; `result` and `wait` have what it returned. `maxRetries`, up to 5, repeats it when it fails
   * or its runner dies: it may then take effect more than once.
   *
   * Fails with `unknown_connection`, `unknown_action`.
   *
   * @example
   * const { id } = await syncline.actions.triggerAsync({ ...where, action: 'export', maxRetries: 3 })
   */
  async triggerAsync(
    { maxRetries, ...config }: TriggerAction & { maxRetries?: number },
    options?: CallOptions,
  ): Promise<ActionAccepted> {
    const { headers, body } = requestOf(config)
    const later = {
      ...headers,
      'x-async': 'true' as const,
      ...(maxRetries !== undefined && { 'x-max-retries': maxRetries }),
    }
    const answer = await this.#call(
      'POST /action/trigger',
      { headers: later, body },
      { retries: 0, ...options },
    )
    // With X-Async it is the answer 202.
    return answer as ActionAccepted
  }

  /**
   * What an action returned that was accepted, for a day.
   *
   * Fails with `not_found` until it has ended, and with the error of the action.
   *
   * @example
   * const output = await syncline.actions.result(id)
   */
  async result<Output = unknown>(id: string, options?: CallOptions): Promise<Output> {
    // The caller names the type of what the action returns.
    return (await this.#call('GET /action/:id', { params: { id } }, options)) as Output
  }

  /**
   * Waits until an action that was accepted has ended, and gives what it returned.
   *
   * Fails with the error of the action, and with `timeout` after `deadlineMs`, an hour by default.
   *
   * @example
   * const output = await syncline.actions.wait(id, { deadlineMs: 60_000 })
   */
  async wait<Output = unknown>(id: string, options?: WaitOptions): Promise<Output> {
    const read = async (call: CallOptions): Promise<{ output: Output } | undefined> => {
      try {
        return { output: await this.result<Output>(id, call) }
      } catch (error) {
        if (error instanceof SynclineError && error.code === 'not_found') return undefined
        throw error
      }
    }
    const answer = await poll(`action '${id}'`, read, (it) => it !== undefined, options)
    // It is there: `poll` has waited for that.
    return (answer as { output: Output }).output
  }
}

function requestOf({ providerConfigKey, connectionId, action, input }: TriggerAction) {
  return {
    headers: { 'provider-config-key': providerConfigKey, 'connection-id': connectionId },
    body: { action_name: action, ...(input !== undefined && { input }) },
  }
}
