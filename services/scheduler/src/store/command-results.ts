import type { CommandDone, CommandRefused } from '@syncline/proto'
import { load, type State } from './state.ts'

const scripts = {
  find: load('find-results', 'results'),
  finish: load('finish-command', 'results'),
}

/** `unfinished`: it has begun, and a sweep finishes it. */
export type CommandResult =
  | { $case: 'done'; value: CommandDone }
  | { $case: 'refused'; value: CommandRefused }
  | { $case: 'unfinished' }

/** What came of commands: see ../scripts/shared/results.lua. */
export class CommandResults {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  async find(environment: string, id: string): Promise<CommandResult | undefined> {
    const [text] = await this.#state.run<(string | null)[]>(scripts.find, { environment, ids: [id] })
    return typeof text === 'string' ? resultFrom(text) : undefined
  }

  async finish(environment: string, id: string, result: CommandResult): Promise<void> {
    const args = { environment, id, result: textOf(result), unfinished: UNFINISHED }
    await this.#state.run(scripts.finish, args)
  }
}

export const DONE: CommandDone = {
  ...{ frequency: '', scheduleId: '', cancelled: 0, runs: [], moreRuns: false, refusals: [] },
}

/** The text that results.lua keeps; '' = it is done, and there is no more to say. */
export function resultFrom(text: string): CommandResult {
  if (text === '') return { $case: 'done', value: DONE }
  const { done, refused } = JSON.parse(text) // what textOf or trigger.lua wrote
  if (refused) return { $case: 'refused', value: refused }
  return done ? { $case: 'done', value: { ...DONE, ...done } } : { $case: 'unfinished' }
}

const UNFINISHED = '{}'

function textOf(result: CommandResult): string {
  if (result.$case === 'unfinished') return UNFINISHED
  if (result.$case === 'refused') return JSON.stringify({ refused: result.value })
  const { frequency, scheduleId, cancelled, runs, refusals } = result.value
  const isPlain =
    frequency === '' && scheduleId === '' && cancelled === 0 && runs.length === 0 && refusals.length === 0
  return isPlain ? '' : JSON.stringify({ done: result.value })
}
