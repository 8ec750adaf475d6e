import type { Host } from '@syncline/sandbox'
import type { Definitions } from './evaluate.ts'
import { ModelChecks } from './model-checks.ts'
import { type ModelShape, ModelShapes } from './model-shapes.ts'
import { createNango } from './nango.ts'
import type { RunFacts } from './run-facts.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

/** What is known of a run whose function came to its end. */
export interface SyncOutput {
  /** What the function has left unread: the first of it in words, or an empty text. */
  incomplete: string
  /** They belong into the result of the run. Its log has them already. */
  warnings: string[]
  /** What the records look like that were saved. */
  shapes: ModelShape[]
}

export async function runSync(
  definition: Definitions['sync'],
  facts: RunFacts,
  host: Host,
): Promise<SyncOutput> {
  const failures = new UnresolvedFailures()
  const checks = new ModelChecks(definition.models, facts.validate)
  const shapes = new ModelShapes()
  try {
    await definition.exec(createNango(facts, host, failures, { checks, shapes }))
  } finally {
    for (const warning of checks.warnings()) host.log('warn', warning)
  }
  return { incomplete: failures.incomplete, warnings: checks.warnings(), shapes: shapes.all() }
}
