import type { Bus } from '@syncline/bus'
import { COMMAND_PARTITIONS, consume, type Delivery, subjects } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { type Command, CommandAnswer } from '@syncline/proto'
import { applyCommand, type CommandDeps } from './apply-command.ts'

const ACK_WAIT_MS = 10_000
const FAULTS_MAX = 5

/**
 * Hears commands. Those of an environment come through one partition, one at a time over all instances, so they apply
 * in the order in which they were accepted. While Redis, NATS or the catalog is away, they wait.
 *
 * If we die before the acknowledgement, the command comes again: each script skips what this command has done already,
 * and the answer is sent once more.
 */
export async function hearCommands(
  deps: CommandDeps & { bus: Bus; wake: () => void },
  signal: AbortSignal,
): Promise<void> {
  const partitions = Array.from({ length: COMMAND_PARTITIONS }, (_, partition) => partition)
  await Promise.all(
    partitions.map((partition) =>
      consume(
        deps.bus,
        {
          subject: subjects.command,
          filter: `${partition}.>`,
          durable: `scheduler-${partition}`,
          ackWaitMs: ACK_WAIT_MS,
          concurrency: 1,
          maxAckPending: 1,
          onError: deps.events.commandFailed,
        },
        (delivery) => handle(deps, delivery),
        signal,
      ),
    ),
  )
}

async function handle(
  deps: CommandDeps & { bus: Bus; wake: () => void },
  delivery: Delivery<Command>,
): Promise<void> {
  const { environment, id, action } = delivery.message
  const result = await resultOf(deps, delivery)
  deps.wake()
  deps.events.commandDone(action?.$case ?? 'none', environment, id, result?.$case ?? 'unfinished')
  if (result === undefined || delivery.replyTo === undefined) return
  // Who asked may have gone: an answer that nobody hears is no loss.
  deps.bus.connection.publish(delivery.replyTo, CommandAnswer.encode({ result }).finish())
}

/** Nothing while the command is not finished yet; what can't be done now is thrown, and comes again. */
async function resultOf(deps: CommandDeps, delivery: Delivery<Command>): Promise<CommandAnswer['result']> {
  try {
    const done = await applyCommand(deps, delivery.message, delivery.deliveries > 1)
    return done && { $case: 'done', value: done }
  } catch (error) {
    if (error instanceof AppError && !error.retry) {
      return { $case: 'refused', value: { code: error.code, message: error.message } }
    }
    const hopeless = !(error instanceof AppError) && delivery.deliveries >= FAULTS_MAX
    if (!hopeless) throw error
    // A fault of ours must not hold up all later commands of the partition.
    deps.events.commandFailed(error)
    return { $case: 'refused', value: { code: 'server_error', message: 'the command failed' } }
  }
}
