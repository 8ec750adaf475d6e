import type { z } from 'zod'
import type { Models } from './models.ts'
import type { NangoSync } from './nango-sync.ts'

/** What a sync function is: when it runs, what it saves, and the code. */
export interface SyncDefinition<
  M extends Models = Models,
  Metadata extends z.ZodType = z.ZodType,
  Checkpoint extends z.ZodObject = z.ZodObject,
> {
  description: string
  /** `every hour`, `every 30 minutes`, or a cron expression with an optional time zone: `0 6 * * 1-5 Europe/Berlin`. */
  frequency: string
  /** By name; the name is what `GET /records?model=` asks for. */
  models: M
  version?: string
  /** Run as soon as there is a connection. Default true. */
  autoStart?: boolean
  /** Of the connection, as `nango.getMetadata()` gives it. */
  metadata?: Metadata
  /** Flat: strings, numbers, booleans. What the sync remembers from run to run. */
  checkpoint?: Checkpoint
  /** @deprecated Use `trackDeletesStart` and `trackDeletesEnd`. */
  trackDeletes?: boolean
  /** @deprecated Use checkpoints. */
  syncType?: 'full' | 'incremental'
  /** @deprecated Has no effect. */
  endpoints?: unknown
  /** For your documentation. */
  scopes?: string[]
  webhookSubscriptions?: string[]
  exec: (nango: NangoSync<M, Metadata, Checkpoint>) => Promise<unknown>
  onWebhook?: (nango: NangoSync<M, Metadata, Checkpoint>, payload: unknown) => Promise<unknown>
}
