import type { Catalog, Keyring } from '@syncline/catalog'
import type { Limits } from '@syncline/frequency'
import type { RecordsClient, SchedulesClient } from '@syncline/proto'
import type { Commands } from './commands.ts'

/** What the routes work with; each takes what it needs of it. */
export interface Dependencies {
  catalog: Catalog
  keyring: Keyring
  records: RecordsClient
  schedules: SchedulesClient
  commands: Commands
  limits: { records: number; frequency: Limits }
}
