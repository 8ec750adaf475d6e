// The bundler puts the text of this file into each function's bundle: it imports types only.
import type { z } from 'zod'
import type { Models } from './models.ts'
import type { SyncDefinition } from './sync-definition.ts'

/**
 * Defines a sync: the default export of a file `<integration>/syncs/<name>.ts`.
 *
 * @example
 * export default createSync({
 *   description: 'Contacts of the CRM',
 *   frequency: 'every hour',
 *   models: { Contact: z.object({ id: z.string(), email: z.string() }) },
 *   exec: async (nango) => {
 *     for await (const page of nango.paginate({ endpoint: '/contacts' })) {
 *       await nango.batchSave(page.map(({ id, email }) => ({ id, email })), 'Contact')
 *     }
 *   },
 * })
 */
export function createSync<
  M extends Models,
  Metadata extends z.ZodType = z.ZodType<Record<string, unknown>>,
  Checkpoint extends z.ZodObject = z.ZodObject,
>(definition: SyncDefinition<M, Metadata, Checkpoint>) {
  return { type: 'sync', ...definition } as const
}

/** Actions and event functions of other projects compile; Syncline runs syncs. */
export function createAction<Definition extends object>(definition: Definition) {
  return { type: 'action', ...definition } as const
}

export function createOnEvent<Definition extends object>(definition: Definition) {
  return { type: 'onEvent', ...definition } as const
}

/**
 * Ends a run with an error of your own; `payload.message` is what people read.
 *
 * @example
 * throw new ActionError({ message: 'the token lacks the scope repo' })
 */
export class ActionError extends Error {
  readonly type = 'action_script_runtime_error'
  readonly payload: unknown

  constructor(payload: unknown) {
    super(messageOf(payload))
    this.name = 'ActionError'
    this.payload = payload
  }
}

function messageOf(payload: unknown): string {
  if (typeof payload === 'string') return payload
  if (typeof payload === 'object' && payload !== null && 'message' in payload) return String(payload.message)
  return JSON.stringify(payload) ?? 'no reason given'
}
