import { inChunks } from '../in-chunks.ts'
import { BASE } from '../schedules/schedule.ts'
import { CHANGED_AT_ONCE } from '../store/schedule-store.ts'
import type { Deployed } from './definitions.ts'
import { expectedOf, type Part } from './expected.ts'
import { place, type ReconcileDeps, repair } from './repair.ts'

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
}
