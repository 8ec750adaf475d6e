import type { Program } from '@syncline/sandbox'
import { definitionOf, evaluate } from './evaluate.ts'
import { freezeClock } from './frozen-clock.ts'
import { createNango } from './nango.ts'
import { runAction } from './run-action.ts'
import type { ActionFacts, RunFacts } from './run-facts.ts'
import { mapStack } from './source-map.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

export type ProgramInput =
  /** `clock`: ISO 8601; it stays this time. If it is left out, the time is that of the machine. */
  | { task: 'sync'; facts: RunFacts; clock?: string }
  /** `input` is absent if the caller gave none. */
  | { task: 'action'; facts: ActionFacts; input?: unknown }

/** What a function that came to its end has left unread: the first of it in words, or an empty text. */
export interface SyncOutput {
  incomplete: string
}

/** Runs in the child process: runs the function of the run's bundle. */
export const program: Program = async (input, host) => {
  const request = input as ProgramInput // our own parent wrote it
  if (request.task === 'sync' && request.clock !== undefined) freezeClock(request.clock)
  try {
    const exported = evaluate(host)
    if (request.task === 'action') {
      return await runAction(definitionOf(exported, 'action'), request.facts, request.input, host)
    }
    const failures = new UnresolvedFailures()
    await definitionOf(exported, 'sync').exec(createNango(request.facts, host, failures))
    return { incomplete: failures.incomplete } satisfies SyncOutput
  } catch (error) {
    throw mapStack(error, host.bundle.text)
  }
}
