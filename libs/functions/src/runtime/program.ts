import type { Program } from '@syncline/sandbox'
import { definitionOf, evaluate } from './evaluate.ts'
import { freezeClock } from './frozen-clock.ts'
import { runAction, runOnEvent } from './run-action.ts'
import type { Facts, RunFacts } from './run-facts.ts'
import { runSync } from './run-sync.ts'
import { mapStack } from './source-map.ts'

export type ProgramInput =
  /** `clock`: ISO 8601; it stays this time. If it is left out, the time is that of the machine. */
  | { task: 'sync'; facts: RunFacts; clock?: string }
  /** `input` is absent if the caller gave none. */
  | { task: 'action'; facts: Facts; input?: unknown }
  | { task: 'on-event'; facts: Facts }

/** Runs in the child process: runs the function of the run's bundle. */
export const program: Program = async (input, host) => {
  const request = input as ProgramInput // our own parent wrote it
  if (request.task === 'sync' && request.clock !== undefined) freezeClock(request.clock)
  try {
    const exported = evaluate(host)
    if (request.task === 'action') {
      return await runAction(definitionOf(exported, 'action'), request.facts, request.input, host)
    }
    if (request.task === 'on-event') {
      return await runOnEvent(definitionOf(exported, 'onEvent'), request.facts, host)
    }
    return await runSync(definitionOf(exported, 'sync'), request.facts, host)
  } catch (error) {
    throw mapStack(error, host.bundle.text)
  }
}
