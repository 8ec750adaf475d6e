import { type Bus, consumeQueues, type Delivery, subjects } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { type Command, CommandAnswer } from '@syncline/proto'
import type { CommandResult, CommandResults } from '../store/command-results.ts'
import { applyCommand } from './apply-command.ts'
import { applyTriggers } from './apply-triggers.ts'
import type { CommandDeps } from './variants.ts'

const ACK_WAIT_MS = 10_000
/** Environments whose commands are applied at the same time in this process. */
const CONCURRENCY = 64
const FAULTS_MAX = 5

type Deps = CommandDeps & { bus: Bus; results: CommandResults }

/**
 * Applies commands. Those of an environment are a queue: they apply one at a time over all instances, in the order in
 * which they were accepted. A command that can't be applied yet (`unavailable`) is tried again, and the later ones of
 * its environment wait behind it; other environments don't.
 *
 * A message has the commands that a gateway accepted together. The result of each is kept before the next one is applied. If we
 * die before the acknowledgement, the message comes again: a command with a result is not applied again, each script skips
 * what the command behind the last result has done already, and the answers are sent once more.
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
    (delivery) => applyAll(deps, delivery),
    signal,
  )
}

async function applyAll(deps: Deps, { message, deliveries, replyTo }: Delivery<Command>): Promise<void> {
  const { environment, also } = message
  const commands = [message, ...also]
  for (let at = 0; at < commands.length; ) {
    const rest = commands.slice(at)
    let results = await applyTriggers(deps, environment, rest)
    // First what makes it happen, then the answers.
    if (results.length === 0) results = [await applyOne(deps, environment, rest[0] as Command, deliveries)]
    deps.notices.wakeRunners()
    for (const [i, result] of results.entries()) tell(deps, environment, rest[i] as Command, result, replyTo)
    at += results.length
  }
}

function tell(
  { bus, events }: Deps,
  environment: string,
  { id, action }: Command,
  result: CommandResult,
  replyTo: string | undefined,
): void {
  events.commandDone(action?.$case ?? 'none', environment, id, result.$case)
  if (result.$case === 'unfinished' || replyTo === undefined) return
  const subject = `${replyTo.slice(0, replyTo.lastIndexOf('.'))}.${id}`
  // The caller may not wait for the answer any more: it is sent without an acknowledgement.
  bus.connection.publish(subject, CommandAnswer.encode({ result }).finish())
}

async function applyOne(
  deps: Deps,
  environment: string,
  command: Command,
  deliveries: number,
): Promise<CommandResult> {
  const known = await deps.results.find(environment, command.id)
  if (known) return known
  const result = await resultOf(deps, { ...command, environment }, deliveries)
  await deps.results.finish(environment, command.id, result)
  return result
}

/** A command that can't be applied now throws and comes again. */
async function resultOf(deps: Deps, command: Command, deliveries: number): Promise<CommandResult> {
  try {
    const done = await applyCommand(deps, command, deliveries > 1)
    return done ? { $case: 'done', value: done } : { $case: 'unfinished' }
  } catch (error) {
    if (error instanceof AppError && !error.retry) {
      return { $case: 'refused', value: { code: error.code, message: error.message } }
    }
    const hopeless = !(error instanceof AppError) && deliveries >= FAULTS_MAX
    if (!hopeless) throw error
    // A fault of ours must not hold up all later commands of the environment.
    deps.events.commandFailed(error)
    return { $case: 'refused', value: { code: 'server_error', message: 'the command failed' } }
  }
}
