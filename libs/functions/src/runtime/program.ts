import type { Program } from '@syncline/sandbox'
import { definitionFacts } from './definition-facts.ts'
import { evaluate } from './evaluate.ts'
import { createNango } from './nango.ts'
import type { RunFacts } from './run-facts.ts'
import { mapStack } from './source-map.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

export type ProgramInput = { task: 'describe' } | { task: 'sync'; facts: RunFacts }

/** What a function that came to its end has left unread: the first of it in words, or an empty text. */
export interface SyncOutput {
  incomplete: string
}

/** Runs in the child process: reads the definition of the function in the run's bundle, or runs the function. */
export const program: Program = async (input, host) => {
  const request = input as ProgramInput // our own parent wrote it
  try {
    const definition = evaluate(host)
    const facts = definitionFacts(definition)
    if (request.task === 'describe') return facts
    const failures = new UnresolvedFailures()
    await definition.exec(createNango(request.facts, host, failures))
    return { incomplete: failures.incomplete } satisfies SyncOutput
  } catch (error) {
    throw mapStack(error, host.bundle.text)
  }
}
