import { randomUUID } from 'node:crypto'
import type { Accepted } from '@syncline/api'
import { type Bus, publish, subjects } from '@syncline/bus'
import { AppError, codes, type ErrorCode } from '@syncline/errors'
import { type Command, CommandAnswer, type CommandDone } from '@syncline/proto'

type CommandOutcome =
  | { kind: 'done'; done: CommandDone }
  /** Stored in JetStream, but the scheduler did not answer in time: the command will be executed later. */
  | { kind: 'accepted'; accepted: Accepted }

export interface Commands extends Disposable {
  /** Fails with the scheduler's error code when the scheduler refuses the command. */
  send(environment: string, action: NonNullable<Command['action']>): Promise<CommandOutcome>
}

/** Sends commands to the scheduler. Its answers come on a subject of this process. */
export function listenForAnswers(bus: Bus, timeoutMs: number): Commands {
  const inbox = `${bus.prefix}.answer.${randomUUID()}`
  const waiting = new Map<string, (answer: CommandAnswer) => void>()
  const subscription = bus.connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error) return
      const id = message.subject.slice(inbox.length + 1)
      waiting.get(id)?.(CommandAnswer.decode(message.data))
    },
  })

  return {
    async send(environment, action) {
      const id = randomUUID()
      const answer = Promise.withResolvers<CommandAnswer | undefined>()
      waiting.set(id, answer.resolve)
      const late = setTimeout(() => answer.resolve(undefined), timeoutMs)
      try {
        const replyTo = `${inbox}.${id}`
        await publish(bus, subjects.command, [environment], { id, environment, action }, { id, replyTo })
        return outcomeOf(id, await answer.promise)
      } finally {
        clearTimeout(late)
        waiting.delete(id)
      }
    },
    [Symbol.dispose]: () => subscription.unsubscribe(),
  }
}

function outcomeOf(commandId: string, answer: CommandAnswer | undefined): CommandOutcome {
  if (answer === undefined) return { kind: 'accepted', accepted: { command_id: commandId } }
  const { result } = answer
  if (result?.$case === 'done') return { kind: 'done', done: result.value }
  const { code, message } = result?.value ?? { code: 'server_error', message: 'empty answer to a command' }
  throw new AppError(isErrorCode(code) ? code : 'server_error', message)
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(codes, code)
}
