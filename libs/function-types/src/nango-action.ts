import type { z } from 'zod'
import type { ConnectionMethods } from './connection-methods.ts'
import type { FunctionFacts } from './function-facts.ts'
import type { HttpMethods } from './http-methods.ts'
import type { LockMethods } from './lock-methods.ts'
import type { LogMethods } from './log-methods.ts'
import type { RecordReads } from './record-methods.ts'
import type { TriggerMethods } from './trigger-methods.ts'

/** What an action works with. It reads what syncs have saved for its connection, and writes none of it; it has no checkpoint. */
export interface NangoAction<Metadata extends z.ZodType | undefined = z.ZodType>
  extends HttpMethods,
    ConnectionMethods<Metadata>,
    RecordReads,
    LogMethods,
    LockMethods,
    TriggerMethods,
    FunctionFacts {
  /** Its log is at `GET /runs/<id>/logs`. */
  readonly actionId: string
}
