// What has to hold of commands and actions, whatever happened: each function gives what is wrong, in words.
import type { AcceptedCommand, SentAction } from './load.ts'

/** What was found when all was quiet again. */
export interface LoadObserved {
  commands: (AcceptedCommand & {
    /** Of a 202: what its command came to, and its runs. */
    state: string | undefined
  })[]
  actions: (SentAction & {
    /** Of one that was accepted: `output`, the code of its error, or `none`. */
    result: string | undefined
  })[]
  /** Keys of actions, once for each time that the API was called. */
  acted: string[]
  /** Ids of runs that have ended. */
  ended: Set<string>
}

export function loadViolations({ commands, actions, acted, ended }: LoadObserved): string[] {
  return [
    ...commands.flatMap((command) => commandViolations(command, ended)),
    ...actions.flatMap((action) =>
      actionViolations(action, acted.filter((key) => key === action.key).length),
    ),
  ]
}

/** A command that was answered with 2xx is applied. */
function commandViolations(
  { environment, commandId, runs, state }: LoadObserved['commands'][number],
  ended: Set<string>,
): string[] {
  const lost = runs.filter((run) => !ended.has(run))
  const found = lost.map((run) => `${environment}: run ${run} of a command that was done has not ended`)
  if (commandId !== undefined && state !== 'done')
    found.push(`${environment}: command ${commandId} was accepted, and is ${state}`)
  return found
}

/** An action with one key is begun at most once, and one that gave its output once. */
function actionViolations(
  { environment, key, answer, result }: LoadObserved['actions'][number],
  times: number,
): string[] {
  const found: string[] = []
  const name = `${environment}: the action with key ${key}`
  if (times > 1) found.push(`${name} was carried out ${times} times`)
  if ((answer === 'output' || result === 'output') && times === 0)
    found.push(`${name} gave an output, and was not carried out`)
  if (answer === 'accepted' && (result === undefined || result === 'none'))
    found.push(`${name} was accepted, and has no result`)
  return found
}
