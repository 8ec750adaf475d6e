import { AppError } from '@syncline/errors'
import type { RunFactsClient } from '@syncline/proto'

/** People wait for it. */
export const FACTS_DEADLINE_MS = 2000

export type RunFactsCalls = RunFactsClient<{ deadline?: number }>

/** Undefined = the record store does not answer. */
export async function factsOrNone<T>(
  runFacts: RunFactsCalls,
  call: (client: RunFactsCalls, options: { deadline: number }) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call(runFacts, { deadline: FACTS_DEADLINE_MS })
  } catch (error) {
    if (error instanceof AppError && error.retry) return undefined
    throw error
  }
}
