import type { z } from 'zod'
import type { ConnectionMethods } from './connection-methods.ts'
import type { HttpMethods } from './http-methods.ts'
import type { LogMethods } from './log-methods.ts'

/** What an action works with. It has no records and no checkpoint: those belong to syncs. */
export interface NangoAction<Metadata extends z.ZodType = z.ZodType>
  extends HttpMethods,
    ConnectionMethods<Metadata>,
    LogMethods {
  readonly connectionId: string
  readonly providerConfigKey: string
  readonly provider: string
  readonly environmentName: string
  /** Its log is at `GET /runs/<id>/logs`. */
  readonly actionId: string
  readonly ActionError: new (payload: unknown) => Error
}
