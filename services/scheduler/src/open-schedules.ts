import { repeat } from '@syncline/async'
import type { Bus } from '@syncline/bus'
import type { Catalog } from '@syncline/catalog'
import type { Redis } from '@syncline/redis'
import { consumeCommands } from './commands/consume-commands.ts'
import type { Config } from './config.ts'
import { migrate } from './migrate/migrate.ts'
import type { Notices } from './notices.ts'
import { type Records, sweepCleanings } from './reconcile/cleaner.ts'
import { Definitions } from './reconcile/definitions.ts'
import { followCatalog } from './reconcile/follow-catalog.ts'
import type { ScheduleEvents } from './schedule-events.ts'
import { CleaningStore } from './store/cleaning-store.ts'
import type { CommandResults } from './store/command-results.ts'
import { ScheduleStore } from './store/schedule-store.ts'
import type { State } from './store/state.ts'

const SWEEP_MS = 5000

interface Deps {
  redis: Redis
  state: State
  bus: Bus
  catalog: Catalog
  records: Records
  results: CommandResults
  notices: Notices
  events: ScheduleEvents
}

/** What makes, changes and removes schedules: the catalog, and commands. */
export async function openSchedules(own: Deps, config: Config): Promise<AsyncDisposable> {
  const schedules = new ScheduleStore(own.state)
  const definitions = new Definitions(schedules, own.events)
  const limits = { frequency: config.frequency, variants: config.maxVariants }
  const cleanings = new CleaningStore(own.state)
  const deps = { ...own, schedules, definitions, cleanings, limits }

  await migrate({ ...deps, prefix: config.redis.prefix })
  const open = new AsyncDisposableStack()
  open.use(followCatalog(deps, config.reconcileMs))
  const onFailure = own.events.sweepFailed
  open.use(repeat(SWEEP_MS, (signal) => sweepCleanings(deps, signal), { onFailure }))
  const stop = new AbortController()
  const consuming = consumeCommands(deps, stop.signal)
  open.defer(async () => {
    stop.abort()
    await consuming
  })
  return open
}
