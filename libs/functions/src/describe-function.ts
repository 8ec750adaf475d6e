import { AppError } from '@syncline/errors'
import { connectionEvents } from '@syncline/function-types'
import type { Sandboxes } from '@syncline/sandbox'
import { z } from 'zod'

const model = z
  .string()
  .regex(/^[A-Z][A-Za-z0-9_]*$/, 'a model is named like a type: a capital letter, then letters, digits or _')
  .max(255)

const SHOWN_MAX = 100
const SCHEMA_BYTES = 64 * 1024

const common = {
  description: z.string().max(10_000).default(''),
  /** Without a version, the gateway increments the deployed one with each new bundle. */
  version: z.string().min(1).max(64).optional(),
}

const schema = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= SCHEMA_BYTES,
    `is longer than ${SCHEMA_BYTES} bytes as JSON Schema`,
  )

const ActionFacts = z.object({
  type: z.literal('action'),
  ...common,
  scopes: z.array(z.string().max(255)).max(100).default([]),
  inputSchema: schema,
  outputSchema: schema,
})
export type ActionFacts = z.infer<typeof ActionFacts>

const TRACKED =
  "a sync with syncType 'incremental' does not read everything, so trackDeletes would delete what it did not read: leave out one of them, or use trackDeletesStart and trackDeletesEnd"

/** The facts of a sync's definition. They come from customer code, so they are validated like any input. */
const AnySyncFacts = z.object({
  type: z.literal('sync'),
  ...common,
  frequency: z.string().min(1).max(255),
  models: z.array(model).min(1, 'a sync has at least one model').max(100),
  /** JSON Schema by model. One that is longer than others may be is left out: nothing but the plan of a deployment reads it. */
  modelSchemas: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .transform((schemas) =>
      Object.fromEntries(Object.entries(schemas).filter(([, value]) => schema.safeParse(value).success)),
    ),
  syncType: z.string().optional(),
  autoStart: z.boolean().default(true),
  trackDeletes: z.boolean().default(false),
  // The gateway holds them against the frequency and its limits.
  fresh: z.string().max(255).optional(),
  jitter: z.string().max(255).optional(),
  retries: z.number().optional(),
  concurrency: z.number().optional(),
  overlap: z.enum(['skip', 'queue_one', 'cancel_running']).optional(),
  pauseAfterFailures: z.number().optional(),
  validate: z.enum(['off', 'warn', 'strict']).optional(),
})
const SyncFacts = AnySyncFacts.refine(
  ({ syncType, trackDeletes }) => !(trackDeletes && syncType === 'incremental'),
  { path: ['trackDeletes'], message: TRACKED },
)
export type SyncFacts = z.infer<typeof SyncFacts>

const OnEventFacts = z.object({
  type: z.literal('onEvent'),
  ...common,
  event: z.enum(connectionEvents),
})
export type OnEventFacts = z.infer<typeof OnEventFacts>

export interface Facts {
  sync: SyncFacts
  action: ActionFacts
  'on-event': OnEventFacts
}

const FunctionFacts = z.discriminatedUnion('type', [SyncFacts, ActionFacts, OnEventFacts])

const kinds = { sync: 'sync', action: 'action', onEvent: 'on-event' } as const

/**
 * Evaluates a bundle in a sandbox and reads its definition.
 * @param sandboxes See `openDescribeSandboxes`.
 */
export async function describeFunction<Kind extends keyof Facts>(
  bundle: string,
  kind: Kind,
  sandboxes: Sandboxes,
): Promise<Facts[Kind]> {
  using sandbox = await sandboxes.take({ bundle })
  const outcome = await sandbox.run({ input: null, host: {}, onLog: () => {} })
  if (outcome.kind !== 'success') {
    const reason = outcome.kind === 'failed' ? outcome.error.message : outcome.message
    throw new AppError('invalid_bundle', reason)
  }
  return factsOf(outcome.output, kind)
}

/** Of what a child has read. It comes from customer code. */
export function factsOf<Kind extends keyof Facts>(output: unknown, kind: Kind): Facts[Kind] {
  const facts = FunctionFacts.safeParse(output)
  if (facts.success && kinds[facts.data.type] === kind) return facts.data as Facts[Kind] // by its type
  if (facts.success) {
    throw new AppError('invalid_bundle', `it is of type '${facts.data.type}' in a folder for ${kind}s`)
  }
  const faults = facts.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'definition'}: ${message}${shown(output, path)}`,
  )
  throw new AppError('invalid_bundle', faults.join('; '))
}

/** The value at fault, if it is short. */
function shown(definition: unknown, path: PropertyKey[]): string {
  const value = path.reduce<unknown>((it, name) => Object(it)[name], definition)
  if (typeof value === 'number') return `, not ${value}`
  return typeof value === 'string' && value.length <= SHOWN_MAX ? `, not '${value}'` : ''
}
