import type { Catalog, Keyring } from '@syncline/catalog'
import type { Limits } from '@syncline/frequency'
import type { Outgoing } from '@syncline/outgoing'
import type { RecordsClient } from '@syncline/proto'
import type { Health } from '@syncline/service'
import type { Commands } from './commands.ts'
import type { RateLimit } from './http/rate-limit.ts'
import type { SchedulerCalls } from './scheduler-calls.ts'

/** What the handlers work with; each takes what it needs of it. */
export interface Dependencies {
  catalog: Catalog
  keyring: Keyring
  records: RecordsClient<{ deadline?: number }>
  scheduler: SchedulerCalls
  commands: Commands
  outgoing: Outgoing
  health: () => Promise<Health>
  /** Limits how often NATS is asked about keys that the copy of the catalog lacks. */
  keyLookups: RateLimit
  limits: { records: number; frequency: Limits }
}
