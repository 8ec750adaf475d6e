import type { Catalog } from '@syncline/catalog'
import type { Notices } from '../notices.ts'
import type { ScheduleEvents } from '../schedule-events.ts'
import type { ScheduleStore } from '../store/schedule-store.ts'
import type { CleanerDeps } from './cleaner.ts'
import type { Definitions } from './definitions.ts'

/** What it takes to make schedules, and to change them. */
export type ReconcileDeps = {
  schedules: ScheduleStore
  definitions: Definitions
  catalog: Catalog
  events: ScheduleEvents
  notices: Pick<Notices, 'wakeRunners' | 'stop'>
  /** Ends work on many schedules between two calls. */
  signal?: AbortSignal
}

/** And to remove them with their records. */
export type RemovalDeps = ReconcileDeps & CleanerDeps
