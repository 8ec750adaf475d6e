import type { Connection } from '@syncline/catalog'
import { inChunks } from '../in-chunks.ts'
import type { Definition } from '../schedules/definition.ts'
import { BASE, scheduleId } from '../schedules/schedule.ts'
import type { Variants } from '../store/read-variants.ts'
import { CHANGED_AT_ONCE, CHECKED_AT_ONCE } from '../store/schedule-store.ts'
import { type CleanerDeps, clean } from './cleaner.ts'
import type { ReconcileDeps } from './repair.ts'

export type RemovalDeps = ReconcileDeps & CleanerDeps

/**
 * Removes schedules with their runs, their checkpoints, and the records that no other schedule writes: models in `kept` stay.
 * Returns false if a sweep has to remove the records.
 */
export async function removeSchedules(
  deps: RemovalDeps,
  environment: string,
  ids: string[],
  { reason, kept = [] }: { reason: string; kept?: string[] },
): Promise<boolean> {
  const isSwept = ids.length > CHANGED_AT_ONCE
  let isDone = true
  for (const some of inChunks(ids, CHANGED_AT_ONCE)) {
    deps.signal?.throwIfAborted()
    const { removed, toClean, stops } = await deps.schedules.remove(some, { reason, kept, isSwept })
    deps.notices.stop(stops)
    if (removed.length > 0) deps.events.schedulesRemoved(environment, reason, removed)
    if (toClean.length > 0) isDone = !isSwept && (await clean(deps, environment, toClean)) && isDone
  }
  // What waited for a limit may be served now.
  if (ids.length > 0) deps.notices.wakeRunners()
  return isDone
}

/** Removes the schedules of connections of one integration that were deleted. */
export async function removeConnections(deps: RemovalDeps, connections: Connection[]): Promise<void> {
  const { environment, integration } = connections[0] as Connection
  const syncs = deps.catalog.syncs.list(environment, integration).map(({ name }) => name)
  for (const some of inChunks(connections, CHECKED_AT_ONCE)) {
    const uids = some.map(({ uid }) => uid)
    const variants = await deps.schedules.variantsOf(environment, uids)
    const ids = uids.flatMap((uid) => idsOf(environment, uid, syncs, variants.get(uid)))
    await removeSchedules(deps, environment, ids, { reason: 'its connection was deleted' })
  }
}

/**
 * Removes the schedules that connections of the catalog have of a sync that is not deployed any more. `others` are the syncs of
 * its integration that stay, with what they write.
 */
export async function removeSync(
  deps: RemovalDeps,
  definition: Definition,
  { reason, others }: { reason: string; others: Definition[] },
): Promise<void> {
  const { environment, integration, sync } = definition
  const kept = others.flatMap(({ models }) => models)
  for (const some of inChunks(deps.catalog.connections.each(environment, integration), CHECKED_AT_ONCE)) {
    const variants = await deps.schedules.variantsOf(
      environment,
      some.map(({ uid }) => uid),
    )
    const base = some.map(({ uid }) => scheduleId(environment, uid, sync, BASE))
    await removeSchedules(deps, environment, base, { reason, kept })
    for (const [uid, bySync] of variants) {
      for (const variant of bySync[sync] ?? []) {
        const siblings = others.filter((other) => bySync[other.sync]?.includes(variant))
        const ids = [scheduleId(environment, uid, sync, variant)]
        await removeSchedules(deps, environment, ids, {
          reason,
          kept: siblings.flatMap(({ models }) => models),
        })
      }
    }
  }
}

function idsOf(environment: string, uid: string, syncs: string[], variants: Variants = {}): string[] {
  const all = new Set([...syncs, ...Object.keys(variants)])
  return [...all].flatMap((sync) =>
    [BASE, ...(variants[sync] ?? [])].map((variant) => scheduleId(environment, uid, sync, variant)),
  )
}
