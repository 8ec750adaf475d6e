import type { Catalog, Connection } from '@syncline/catalog'
import type { Definitions, Deployed } from './definitions.ts'
import { place, repair } from './repair.ts'
import { BASE, type Blocked, scheduleId } from './schedule.ts'
import type { ScheduleEvents } from './schedule-events.ts'
import { CHANGED_AT_ONCE, CHECKED_AT_ONCE, type ScheduleStore } from './store/schedule-store.ts'

export type ReconcileDeps = {
  schedules: ScheduleStore
  definitions: Definitions
  catalog: Catalog
  events: ScheduleEvents
  /** There may be something to do in this environment. */
  wake: (environment: string) => void
  /** Ends work on many schedules between two calls. */
  signal?: AbortSignal
}

/** A schedule that has to be there: a base one of a deployed sync, or a variant that was made. */
export interface Expected {
  deployed: Deployed
  def: string
  connection: Connection
  variant: string
  id: string
  /** JSON text of `Blocked`; '' = not blocked. */
  blocked: string
}

/** Connections of one integration, and syncs that are deployed there. */
export type Part = { connections: Iterable<Connection>; deployed: Deployed[] }

export interface Reconciled {
  /** How many variants there are by definition. */
  variants: Map<string, number>
  /** Why something has to be done again later, if it has. */
  problem: string | undefined
}

/**
 * Makes the schedules of these connections what the catalog says: a base schedule for each sync, the sync's definition in all
 * of them, and all of them blocked while the connection needs new credentials. Schedules that should not be there are no concern of
 * this: see remove-schedules.ts. Any number of instances may do this at once.
 */
export async function reconcile(deps: ReconcileDeps, parts: Iterable<Part>): Promise<Reconciled> {
  const variants = new Map<string, number>()
  let problem: string | undefined
  for await (const expected of expectedOf(deps.schedules, parts)) {
    deps.signal?.throwIfAborted()
    for (const { def, variant } of expected) {
      if (variant !== BASE) variants.set(def, (variants.get(def) ?? 0) + 1)
    }
    const differing = await deps.schedules.check(expected)
    if (differing.length > 0) problem = (await repair(deps, expected, differing)) ?? problem
  }
  return { variants, problem }
}

/** The syncs of an integration that can be scheduled; none if the integration is gone. */
export async function deployedSyncs(
  { catalog, definitions }: Pick<ReconcileDeps, 'catalog' | 'definitions'>,
  environment: string,
  integration: string,
): Promise<Deployed[]> {
  if (!(await catalog.integrations.find(environment, integration))) return []
  const syncs = catalog.syncs.list(environment, integration)
  const deployed = await Promise.all(syncs.map((sync) => definitions.write(sync)))
  return deployed.filter((one) => one !== undefined)
}

/** Moves the next slots of all schedules of a sync, if they have yet to follow the frequency with which it was deployed. */
export async function placeAll(deps: ReconcileDeps, { sync }: Deployed): Promise<void> {
  // Another instance may have done it.
  deps.definitions.forget(sync)
  const deployed = await deps.definitions.write(sync)
  if (!deployed?.placing) return
  const { environment, integration, name } = sync
  const connections = deps.catalog.connections.each(environment, integration)
  let count = 0
  for await (const expected of expectedOf(deps.schedules, [{ connections, deployed: [deployed] }])) {
    deps.signal?.throwIfAborted()
    for (const some of inChunks(expected, CHANGED_AT_ONCE)) await place(deps, some)
    count += expected.length
  }
  await deps.schedules.finishPlacing(deployed.def, deployed.placing)
  deps.definitions.forget(sync)
  deps.events.slotsPlaced(environment, name, count)
  deps.wake(environment)
}

/** In batches that may span parts; those of a sync come one after the other. */
async function* expectedOf(schedules: ScheduleStore, parts: Iterable<Part>): AsyncGenerator<Expected[]> {
  let batch: Expected[] = []
  for (const { connections, deployed: all } of parts) {
    if (all.length === 0) continue
    for (const some of inChunks(connections, CHECKED_AT_ONCE)) {
      const { environment } = some[0] as Connection
      const uids = some.map(({ uid }) => uid)
      const variants = await schedules.variantsOf(environment, uids)
      for (const deployed of all) {
        const { def, sync } = deployed
        for (const connection of some) {
          const blocked = blockedBy(connection)
          for (const variant of [BASE, ...(variants.get(connection.uid)?.[sync.name] ?? [])]) {
            const id = scheduleId(environment, connection.uid, sync.name, variant)
            batch.push({ deployed, def, connection, variant, id, blocked })
            if (batch.length < CHECKED_AT_ONCE) continue
            yield batch
            batch = []
          }
        }
      }
    }
  }
  if (batch.length > 0) yield batch
}

export function* inChunks<T>(items: Iterable<T>, size: number): Generator<T[], void> {
  let chunk: T[] = []
  for (const item of items) {
    if (chunk.push(item) < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

/** JSON text of why slots of the connection do not run; '' if they do. */
export function blockedBy({ needsReauth }: Connection): string {
  if (needsReauth === undefined) return ''
  const { reason: message, since } = needsReauth
  return JSON.stringify({ reason: 'needs_reauth', message, since } satisfies Blocked)
}
