import type { Program } from '@syncline/sandbox'
import { definitionFacts } from './definition-facts.ts'
import { evaluate } from './evaluate.ts'
import { createNango } from './nango.ts'
import { mapStack } from './source-map.ts'

export type ProgramInput =
  | { task: 'describe'; code: string }
  | { task: 'sync'; code: string; facts: RunFacts }

/** What a function may know about the run it is in. */
export interface RunFacts {
  connectionId: string
  providerConfigKey: string
  provider: string
  environmentName: string
  syncId: string
  syncJobId: number
  variant: string
  /** ISO 8601; null before the first success. */
  lastSyncDate: string | null
  /** The integration's default for `paginate`. */
  pagination: Record<string, unknown>
}

/** Runs in the child process: reads what a function says about itself, or runs it. */
export const program: Program = async (input, host) => {
  const request = input as ProgramInput // our own parent wrote it
  try {
    const definition = evaluate(request.code, host)
    const facts = definitionFacts(definition)
    if (request.task === 'describe') return facts
    await definition.exec(createNango(request.facts, host))
    return null
  } catch (error) {
    throw mapStack(error, request.code)
  }
}
