import type { z } from 'zod'
import type { NangoAction } from './nango-action.ts'

/** The moments of a connection at which functions run. */
export const connectionEvents = [
  'post-connection-creation',
  'pre-connection-deletion',
  'validate-connection',
] as const
export type ConnectionEvent = (typeof connectionEvents)[number]

/** What a function is that runs at a moment of each connection of its integration. */
export interface OnEventDefinition<Metadata extends z.ZodType | undefined = z.ZodType> {
  description: string
  version?: string
  /**
   * `post-connection-creation`: after a connection was created; begun once at least, and again if it fails. `validate-connection`:
   * before credentials are stored; they are refused if it throws. `pre-connection-deletion`: before the connection is deleted, which
   * it can delay for a minute at most, and not prevent.
   */
  event: ConnectionEvent
  /** Of the connection, as `nango.getMetadata()` gives it. */
  metadata?: Metadata
  exec: (nango: NangoAction<Metadata>) => unknown
}
