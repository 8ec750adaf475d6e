import { AppError } from '@syncline/errors'
import type { Sandboxes } from '@syncline/sandbox'
import { z } from 'zod'
import type { ProgramInput } from './runtime/program.ts'

const model = z
  .string()
  .regex(/^[A-Z][A-Za-z0-9_]*$/, 'a model is named like a type: a capital letter, then letters, digits or _')
  .max(255)

const SHOWN_MAX = 100

/** The facts of a sync's definition. They come from customer code, so they are validated like any input. */
const SyncFacts = z.object({
  description: z.string().max(10_000).default(''),
  /** Without a version, the gateway increments the deployed one with each new bundle. */
  version: z.string().min(1).max(64).optional(),
  frequency: z.string().min(1).max(255),
  models: z.array(model).min(1, 'a sync has at least one model').max(100),
  autoStart: z.boolean().default(true),
  trackDeletes: z.boolean().default(false),
  // The gateway holds them against the frequency and its limits.
  fresh: z.string().max(255).optional(),
  jitter: z.string().max(255).optional(),
  retries: z.number().optional(),
  concurrency: z.number().optional(),
  overlap: z.enum(['skip', 'queue_one', 'cancel_running']).optional(),
  pauseAfterFailures: z.number().optional(),
})
type SyncFacts = z.infer<typeof SyncFacts>

/** Evaluates a bundle in a sandbox and reads its definition. Errors call the sync `name`. */
export async function describeSync(bundle: string, name: string, sandboxes: Sandboxes): Promise<SyncFacts> {
  using sandbox = await sandboxes.take({ bundle })
  const input: ProgramInput = { task: 'describe' }
  const outcome = await sandbox.run({ input, host: {}, onLog: () => {} })
  if (outcome.kind !== 'success') {
    const reason = outcome.kind === 'failed' ? outcome.error.message : outcome.message
    throw new AppError('invalid_bundle', `${name}: ${reason}`)
  }
  const facts = SyncFacts.safeParse(outcome.output)
  if (facts.success) return facts.data
  const faults = facts.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'definition'}: ${message}${shown(outcome.output, path)}`,
  )
  throw new AppError('invalid_bundle', `${name}: ${faults.join('; ')}`)
}

/** The value at fault, if it is short. */
function shown(definition: unknown, path: PropertyKey[]): string {
  const value = path.reduce<unknown>((it, name) => Object(it)[name], definition)
  if (typeof value === 'number') return `, not ${value}`
  return typeof value === 'string' && value.length <= SHOWN_MAX ? `, not '${value}'` : ''
}
