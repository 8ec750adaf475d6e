import type { Command, TriggerSyncs } from '@syncline/proto'
import { type CommandResult, DONE, resultFrom } from '../store/command-results.ts'
import { CHANGED_AT_ONCE, type TriggerCommand } from '../store/schedule-store.ts'
import { askedRuns } from './asked-runs.ts'
import { targetsOfConnection } from './targets.ts'
import type { CommandDeps } from './variants.ts'

/**
 * Applies the triggers with which `commands` begin, as many as one script may. Returns their results, which are kept: none if the
 * first command is no trigger of one connection, or has to be applied by itself (its schedules have to be made, or something
 * that it names is not there).
 */
export async function applyTriggers(
  deps: CommandDeps,
  environment: string,
  commands: Command[],
): Promise<CommandResult[]> {
  const asked = await leadingTriggers(deps, environment, commands)
  if (asked.length === 0) return []
  const { answers, stops } = await deps.schedules.trigger(environment, asked)
  deps.notices.stop(stops)
  return answers.map((answer) =>
    typeof answer === 'string'
      ? resultFrom(answer)
      : { $case: 'done', value: { ...DONE, ...askedRuns(answer) } },
  )
}

async function leadingTriggers(
  deps: CommandDeps,
  environment: string,
  commands: Command[],
): Promise<TriggerCommand[]> {
  const asked: TriggerCommand[] = []
  let count = 0
  for (const { id, action } of commands) {
    if (action?.$case !== 'trigger') break
    const ids = await targets(deps, environment, action.value)
    count += ids?.length ?? 0
    if (ids === undefined || count > CHANGED_AT_ONCE) break
    const { reset, emptyCache, withRuns } = action.value
    asked.push({ id, ids, reset, emptyCache, withRuns, isPart: false })
  }
  return asked
}

/** Undefined = it is about many connections, or its schedules are not known: then the command is applied by itself, and says why. */
async function targets(
  deps: CommandDeps,
  environment: string,
  { target }: TriggerSyncs,
): Promise<string[] | undefined> {
  if (target === undefined || target.connectionId === '') return undefined
  try {
    return await targetsOfConnection(deps, environment, target)
  } catch {
    return undefined
  }
}
