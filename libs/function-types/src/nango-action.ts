import type { z } from 'zod'
import type { ConnectionMethods } from './connection-methods.ts'
import type { HttpMethods } from './http-methods.ts'
import type { LogMethods } from './log-methods.ts'
import type { RecordReads } from './record-methods.ts'

/** What an action works with. It reads what syncs have saved for its connection, and writes none of it; it has no checkpoint. */
export interface NangoAction<Metadata extends z.ZodType | undefined = z.ZodType>
  extends HttpMethods,
    ConnectionMethods<Metadata>,
    RecordReads,
    LogMethods {
  readonly connectionId: string
  readonly providerConfigKey: string
  readonly provider: string
  readonly environmentName: string
  /** Its log is at `GET /runs/<id>/logs`. */
  readonly actionId: string
  readonly ActionError: new (payload: unknown) => Error
}
