import { type Bus, consumeQueues, type Delivery, subjects } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { type Command, CommandAnswer } from '@syncline/proto'
import { applyCommand } from './apply-command.ts'
import type { CommandDeps } from './variants.ts'

const ACK_WAIT_MS = 10_000
/** Environments whose commands are applied at the same time in this process. */
const CONCURRENCY = 64
const FAULTS_MAX = 5

type Deps = CommandDeps & { bus: Bus }

/**
 * Applies commands. Those of an environment are a queue: they apply one at a time over all instances, in the order in
 * which they were accepted. A command that can't be applied yet (`unavailable`) is tried again, and the later ones of
 * its environment wait behind it; other environments don't.
 *
 * If we die before the acknowledgement, the command comes again: each script skips what this command has done already,
 * and the answer is sent once more.
 */
export function consumeCommands(deps: Deps, signal: AbortSignal): Promise<void> {
  return consumeQueues(
    deps.bus,
    {
      subject: subjects.command,
      durable: 'commands',
      ackWaitMs: ACK_WAIT_MS,
      concurrency: CONCURRENCY,
      onError: deps.events.commandFailed,
    },
    (delivery) => handle(deps, delivery),
    signal,
  )
}

async function handle(deps: Deps, delivery: Delivery<Command>): Promise<void> {
  const { environment, id, action } = delivery.message
  const result = await resultOf(deps, delivery)
  // First what makes it happen, then the answer.
  deps.notices.wakeRunners()
  deps.events.commandDone(action?.$case ?? 'none', environment, id, result?.$case ?? 'unfinished')
  if (result === undefined || delivery.replyTo === undefined) return
  // The caller may not wait for the answer any more: it is sent without an acknowledgement.
  deps.bus.connection.publish(delivery.replyTo, CommandAnswer.encode({ result }).finish())
}

/** Undefined while the command is not finished yet. A command that can't be applied now throws and comes again. */
async function resultOf(deps: Deps, delivery: Delivery<Command>): Promise<CommandAnswer['result']> {
  try {
    const done = await applyCommand(deps, delivery.message, delivery.deliveries > 1)
    return done && { $case: 'done', value: done }
  } catch (error) {
    if (error instanceof AppError && !error.retry) {
      return { $case: 'refused', value: { code: error.code, message: error.message } }
    }
    const hopeless = !(error instanceof AppError) && delivery.deliveries >= FAULTS_MAX
    if (!hopeless) throw error
    // A fault of ours must not hold up all later commands of the environment.
    deps.events.commandFailed(error)
    return { $case: 'refused', value: { code: 'server_error', message: 'the command failed' } }
  }
}
