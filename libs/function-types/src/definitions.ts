// The bundler puts the text of this file into each function's bundle: it imports types only.
import type { z } from 'zod'
import type { ActionDefinition } from './action-definition.ts'
import type { Models } from './models.ts'
import type { OnEventDefinition } from './on-event-definition.ts'
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
  Metadata extends z.ZodType | undefined = z.ZodType<Record<string, unknown>>,
  Checkpoint extends z.ZodObject = z.ZodObject,
>(
  definition: SyncDefinition<M, Metadata, Checkpoint>,
): { readonly type: 'sync' } & SyncDefinition<M, Metadata, Checkpoint> {
  return { type: 'sync', ...definition }
}

/**
 * Defines an action: the default export of a file `<integration>/actions/<name>.ts`. It runs when somebody calls it, and its
 * caller gets what it returns.
 *
 * @example
 * export default createAction({
 *   description: 'Creates a contact in the CRM',
 *   input: z.object({ email: z.string() }),
 *   output: z.object({ id: z.string() }),
 *   exec: async (nango, { email }) => {
 *     const { data } = await nango.post({ endpoint: '/contacts', data: { email } })
 *     return { id: data.id }
 *   },
 * })
 */
export function createAction<
  Input extends z.ZodType,
  Output extends z.ZodType,
  Metadata extends z.ZodType | undefined = z.ZodType<Record<string, unknown>>,
>(
  definition: ActionDefinition<Input, Output, Metadata>,
): { readonly type: 'action' } & ActionDefinition<Input, Output, Metadata> {
  return { type: 'action', ...definition }
}

/**
 * Defines a function that runs at a moment of each connection of its integration: the default export of a file
 * `<integration>/on-events/<name>.ts`.
 *
 * @example
 * export default createOnEvent({
 *   description: 'Refuses credentials without the right to read contacts',
 *   event: 'validate-connection',
 *   exec: async (nango) => {
 *     const { data } = await nango.get({ endpoint: '/me' })
 *     if (!data.scopes.includes('contacts')) throw new nango.ActionError({ message: 'the scope contacts is missing' })
 *   },
 * })
 */
export function createOnEvent<Metadata extends z.ZodType | undefined = z.ZodType<Record<string, unknown>>>(
  definition: OnEventDefinition<Metadata>,
): { readonly type: 'onEvent' } & OnEventDefinition<Metadata> {
  return { type: 'onEvent', ...definition }
}

/**
 * Ends a run with an error of your own; `payload.message` is what people read, and the caller of an action gets `payload`.
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
