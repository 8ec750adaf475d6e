import { randomUUID } from 'node:crypto'
import type { Bus } from '@syncline/bus'
import { codes, type ErrorCode } from '@syncline/errors'
import { type Command, CommandAnswer, type CommandDone } from '@syncline/proto'
import { CommandBatches } from './command-batches.ts'
import { CommandRefusal } from './command-refusal.ts'

export type CommandOutcome =
  | { kind: 'done'; done: CommandDone }
  /** Stored in JetStream, but the scheduler did not answer in time: the command will be executed later. */
  | { kind: 'accepted'; accepted: { command_id: string } }

/** Sends commands to the scheduler, for gateways and runners. Its answers come on a subject of this process. */
export class CommandSender implements Disposable {
  readonly #timeoutMs: number
  readonly #batches: CommandBatches
  readonly #subscription: { unsubscribe(): void }
  readonly #waiting = new Map<string, Set<(answer: CommandAnswer) => void>>()

  /** @param timeoutMs How long the scheduler's answer is waited for. */
  constructor(bus: Bus, timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    const inbox = `${bus.prefix}.answer.${randomUUID()}`
    this.#batches = new CommandBatches(bus, inbox)
    this.#subscription = bus.connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error) return
        const answer = CommandAnswer.decode(message.data)
        const id = message.subject.slice(inbox.length + 1)
        for (const resolve of this.#waiting.get(id) ?? []) resolve(answer)
      },
    })
  }

  /**
   * Names were checked by the caller. Fails with the scheduler's error code when the scheduler refuses the command. With an `id` of
   * letters, digits and `_` that an earlier call had, within a day: the command is not applied again, and the outcome is that of the
   * first one.
   */
  async send(
    environment: string,
    action: NonNullable<Command['action']>,
    { id = randomUUID() }: { id?: string | undefined } = {},
  ): Promise<CommandOutcome> {
    const answer = Promise.withResolvers<CommandAnswer | undefined>()
    const others = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, others.add(answer.resolve))
    const late = setTimeout(() => answer.resolve(undefined), this.#timeoutMs)
    try {
      const sequence = await this.#batches.publish({ id, environment, action, also: [] })
      return outcomeOf(`${id}-${sequence}`, await answer.promise)
    } finally {
      clearTimeout(late)
      others.delete(answer.resolve)
      if (others.size === 0) this.#waiting.delete(id)
    }
  }

  [Symbol.dispose](): void {
    this.#subscription.unsubscribe()
  }
}

function outcomeOf(commandId: string, answer: CommandAnswer | undefined): CommandOutcome {
  if (answer === undefined) return { kind: 'accepted', accepted: { command_id: commandId } }
  const { result } = answer
  if (result?.$case === 'done') return { kind: 'done', done: result.value }
  const { code, message } = result?.value ?? { code: 'server_error', message: 'empty answer to a command' }
  throw new CommandRefusal(isErrorCode(code) ? code : 'server_error', message)
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(codes, code)
}
