import type { z } from 'zod'
import type { CheckpointMethods } from './checkpoint-methods.ts'
import type { ConnectionMethods } from './connection-methods.ts'
import type { HttpMethods } from './http-methods.ts'
import type { LogMethods } from './log-methods.ts'
import type { Models } from './models.ts'
import type { RecordMethods } from './record-methods.ts'

/** What a sync function works with. Every effect outside of its process goes through this object. */
export interface NangoSync<
  M extends Models = Models,
  Metadata extends z.ZodType | undefined = z.ZodType,
  Checkpoint extends z.ZodObject = z.ZodObject,
> extends HttpMethods,
    RecordMethods<M>,
    CheckpointMethods<Checkpoint>,
    ConnectionMethods<Metadata>,
    LogMethods {
  readonly connectionId: string
  readonly providerConfigKey: string
  readonly provider: string
  readonly environmentName: string
  readonly syncId: string
  /** Number of the run: the same for all its attempts, and higher with every run. */
  readonly syncJobId: number
  /** `base` for the unnamed one. */
  readonly variant: string
  /** Start of the last run that succeeded. */
  readonly lastSyncDate: Date | undefined
  readonly ActionError: new (payload: unknown) => Error
}
