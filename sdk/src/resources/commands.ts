import type { CommandStateAnswer } from '../api-types.ts'
import { poll, type WaitOptions } from '../poll.ts'
import type { CallOptions, Transport } from '../transport.ts'

/** Commands that the API accepted while the scheduler did not answer: what has a `command_id`. */
export class Commands {
  readonly #call: Transport

  /** @internal */
  constructor(call: Transport) {
    this.#call = call
  }

  /**
   * What became of a command, for a day.
   *
   * Fails with `unknown_command`.
   *
   * @example
   * const { state, result } = await syncline.commands.get(command_id)
   */
  async get(id: string, options?: CallOptions): Promise<CommandStateAnswer> {
    return this.#call('GET /commands/:id', { params: { id } }, options)
  }

  /**
   * Waits until a command is `done` or `refused`, and gives it.
   *
   * Fails with `unknown_command`, and with `timeout` after `deadlineMs`, an hour by default.
   *
   * @example
   * const { command_id } = await syncline.syncs.trigger({ providerConfigKey: 'github', syncs: ['issues'] })
   * if (command_id) console.log((await syncline.commands.wait(command_id)).result)
   */
  async wait(id: string, options?: WaitOptions): Promise<CommandStateAnswer> {
    return poll(
      `command '${id}'`,
      (call) => this.get(id, call),
      ({ state }) => state !== 'accepted',
      options,
    )
  }
}
