import { randomUUID } from 'node:crypto'
import type { Accepted } from '@syncline/api'
import { type Bus, readMessage, subjects } from '@syncline/bus'
import { AppError, codes, type ErrorCode } from '@syncline/errors'
import {
  type Command,
  CommandAnswer,
  type CommandDone,
  type CommandRefused,
  type CommandsClient,
} from '@syncline/proto'
import { CommandBatches } from './command-batches.ts'
import { CommandRefusal } from './command-refusal.ts'
import type { SchedulerCalls } from './scheduler-calls.ts'

type CommandOutcome =
  | { kind: 'done'; done: CommandDone }
  /** Stored in JetStream, but the scheduler did not answer in time: the command will be executed later. */
  | { kind: 'accepted'; accepted: Accepted }

/** What became of a command that was answered with 202. */
export type CommandState =
  | { state: 'accepted' }
  | { state: 'done'; done: CommandDone }
  | { state: 'refused'; refused: CommandRefused }

export interface Commands extends Disposable {
  /**
   * Fails with the scheduler's error code when the scheduler refuses the command. With an `id` of letters, digits and `_` that an
   * earlier call had, within a day: the command is not applied again, and the outcome is that of the first one.
   */
  send(
    environment: string,
    action: NonNullable<Command['action']>,
    options?: { id?: string | undefined },
  ): Promise<CommandOutcome>
  /** By the id in the answer 202. Fails with `unknown_command`. */
  find(environment: string, id: string): Promise<CommandState>
}

interface Options {
  timeoutMs: number
  scheduler: SchedulerCalls
  results: CommandsClient<{ deadline?: number }>
}

/** Sends commands to the scheduler. Its answers come on a subject of this process. */
export function listenForAnswers(bus: Bus, { timeoutMs, scheduler, results }: Options): Commands {
  const inbox = `${bus.prefix}.answer.${randomUUID()}`
  const waiting = new Map<string, Set<(answer: CommandAnswer) => void>>()
  const batches = new CommandBatches(bus, inbox)
  const subscription = bus.connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error) return
      const answer = CommandAnswer.decode(message.data)
      for (const resolve of waiting.get(message.subject.slice(inbox.length + 1)) ?? []) resolve(answer)
    },
  })

  async function resultOf(environment: string, id: string): Promise<CommandState | 'unknown' | undefined> {
    const answer = await scheduler.askOrNone((_, options) => results.getCommand({ environment, id }, options))
    if (answer?.result?.$case === 'done') return { state: 'done', done: answer.result.value }
    if (answer?.result?.$case === 'refused') return { state: 'refused', refused: answer.result.value }
    if (answer?.result?.$case === 'unfinished') return { state: 'accepted' }
    return answer && 'unknown'
  }

  return {
    async send(environment, action, { id = randomUUID() }: { id?: string | undefined } = {}) {
      const answer = Promise.withResolvers<CommandAnswer | undefined>()
      const others = waiting.get(id) ?? new Set()
      waiting.set(id, others.add(answer.resolve))
      const late = setTimeout(() => answer.resolve(undefined), timeoutMs)
      try {
        const sequence = await batches.publish({ id, environment, action, also: [] })
        return outcomeOf(`${id}-${sequence}`, await answer.promise)
      } finally {
        clearTimeout(late)
        others.delete(answer.resolve)
        if (others.size === 0) waiting.delete(id)
      }
    },

    async find(environment, commandId) {
      const unknown = new AppError(
        'unknown_command',
        `there is no command '${commandId}', or it is not kept any more`,
      )
      const [, id, sequence] = /^([\w-]{1,128})-(\d{1,15})$/.exec(commandId) ?? []
      if (id === undefined) throw unknown
      const result = await resultOf(environment, id)
      if (typeof result === 'object') return result
      const message = await readMessage(bus, subjects.command, Number(sequence))
      const isThere = [message, ...(message?.also ?? [])].some((command) => command?.id === id)
      if (message?.environment === environment && isThere) return { state: 'accepted' }
      // It may have been applied between the two questions.
      const now = await resultOf(environment, id)
      if (typeof now === 'object') return now
      if (now === 'unknown') throw unknown
      throw new AppError('unavailable', 'the scheduler does not answer at the moment: try again')
    },
    [Symbol.dispose]: () => subscription.unsubscribe(),
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
