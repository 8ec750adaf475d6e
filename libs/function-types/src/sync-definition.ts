import type { z } from 'zod'
import type { Models } from './models.ts'
import type { NangoSync } from './nango-sync.ts'

/** What a sync function is: when it runs, what it saves, and the code. */
export interface SyncDefinition<
  M extends Models = Models,
  Metadata extends z.ZodType | undefined = z.ZodType,
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
  /** How old the records may be before the sync counts as stale: `15 minutes`. Default: twice its interval. */
  fresh?: string
  /** With a cron expression: its times are spread over so long (`10 minutes`). A connection always has the same place in it. */
  jitter?: string
  /** How often a run that failed is repeated before the next slot, after growing waits: 0 to 10. Default 0. */
  retries?: number
  /** Runs of the sync that may be in flight at a time, over all connections. Default: no limit of its own. */
  concurrency?: number
  /**
   * What a slot does that comes while a run is active: nothing (`skip`, the default), one more run after it (`queue_one`), or a
   * run in its place (`cancel_running`).
   */
  overlap?: 'skip' | 'queue_one' | 'cancel_running'
  /** After so many failures in a row the schedule is paused. Default: never. */
  pauseAfterFailures?: number
  /**
   * What is done about a record that does not fit its model when it is saved: nothing (`off`), it is saved and the run warns
   * (`warn`), or the save fails (`strict`). Default: what the environment says, which is `warn` by default.
   */
  validate?: 'off' | 'warn' | 'strict'
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
