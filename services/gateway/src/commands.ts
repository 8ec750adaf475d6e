import { type Bus, readMessage, subjects } from '@syncline/bus'
import { CommandSender } from '@syncline/commands'
import { AppError } from '@syncline/errors'
import type { CommandDone, CommandRefused, CommandsClient } from '@syncline/proto'
import type { SchedulerCalls } from './scheduler-calls.ts'

/** What became of a command that was answered with 202. */
export type CommandState =
  | { state: 'accepted' }
  | { state: 'done'; done: CommandDone }
  | { state: 'refused'; refused: CommandRefused }

interface Options {
  timeoutMs: number
  scheduler: SchedulerCalls
  results: CommandsClient<{ deadline?: number }>
}

/** Sends commands to the scheduler, and finds what became of them. */
export class Commands implements Disposable {
  readonly #bus: Bus
  readonly #options: Options
  readonly #sender: CommandSender
  readonly send: CommandSender['send']

  constructor(bus: Bus, options: Options) {
    this.#bus = bus
    this.#options = options
    this.#sender = new CommandSender(bus, options.timeoutMs)
    this.send = this.#sender.send.bind(this.#sender)
  }

  /** By the id in the answer 202. Fails with `unknown_command`. */
  async find(environment: string, commandId: string): Promise<CommandState> {
    const unknown = new AppError(
      'unknown_command',
      `there is no command '${commandId}', or it is not kept any more`,
    )
    const [, id, sequence] = /^([\w-]{1,128})-(\d{1,15})$/.exec(commandId) ?? []
    if (id === undefined) throw unknown
    const result = await this.#resultOf(environment, id)
    if (typeof result === 'object') return result
    const message = await readMessage(this.#bus, subjects.command, Number(sequence))
    const isThere = [message, ...(message?.also ?? [])].some((command) => command?.id === id)
    if (message?.environment === environment && isThere) return { state: 'accepted' }
    // It may have been applied between the two questions.
    const now = await this.#resultOf(environment, id)
    if (typeof now === 'object') return now
    if (now === 'unknown') throw unknown
    throw new AppError('unavailable', 'the scheduler does not answer at the moment: try again')
  }

  async #resultOf(environment: string, id: string): Promise<CommandState | 'unknown' | undefined> {
    const { scheduler, results } = this.#options
    const answer = await scheduler.askOrNone((_, options) => results.getCommand({ environment, id }, options))
    if (answer?.result?.$case === 'done') return { state: 'done', done: answer.result.value }
    if (answer?.result?.$case === 'refused') return { state: 'refused', refused: answer.result.value }
    if (answer?.result?.$case === 'unfinished') return { state: 'accepted' }
    return answer && 'unknown'
  }

  [Symbol.dispose](): void {
    this.#sender[Symbol.dispose]()
  }
}
