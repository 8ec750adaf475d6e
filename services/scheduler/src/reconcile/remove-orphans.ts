import type { Catalog } from '@syncline/catalog'
import type { Definition } from '../schedules/definition.ts'
import { BASE } from '../schedules/schedule.ts'
import type { Owner } from '../store/schedule-store.ts'
import { type RemovalDeps, removeSchedules } from './remove-schedules.ts'

/** Up to so many are looked for in the bucket one by one. */
const FEW = 50

/**
 * Removes the schedules of these definitions whose connection or sync is not in the catalog. Changes of the catalog remove
 * them at once; this finds what changed while no scheduler ran. The definitions' counts tell when to look.
 */
export async function removeOrphans(deps: RemovalDeps, definitions: Definition[]): Promise<void> {
  const byNumber = new Map(definitions.map((definition) => [definition.id, definition]))
  const found: Owner[] = []
  for await (const owners of deps.schedules.schedulesOf([...byNumber.keys()])) {
    for (const owner of owners) {
      const definition = byNumber.get(owner.def)
      if (definition && !isPresent(deps.catalog, definition, owner)) found.push(owner)
    }
  }
  if (found.length === 0) return
  const orphans = await confirmed(deps.catalog, byNumber, found)
  if (orphans.length === 0) return
  deps.events.orphansFound(orphans.length)
  for (const [def, own] of Map.groupBy(orphans, (owner) => owner.def)) {
    const definition = byNumber.get(def) as Definition
    for (const { ids, kept } of await byModelsKept(deps, definition, own)) {
      const reason = 'its connection or its sync is no longer in the catalog'
      await removeSchedules(deps, definition.environment, ids, { reason, kept })
    }
  }
}

/**
 * Our copy of the catalog may be behind: a connection that was made a moment ago may have schedules already. Those that the copy
 * still lacks after it was compared with the bucket are gone.
 */
async function confirmed(
  catalog: Catalog,
  definitions: Map<string, Definition>,
  found: Owner[],
): Promise<Owner[]> {
  if (found.length > FEW) {
    await catalog.compare()
  } else {
    for (const { def, connection } of found) {
      const { environment, integration, sync } = definitions.get(def) as Definition
      await Promise.all([
        catalog.integrations.find(environment, integration),
        catalog.syncs.find(environment, integration, sync),
        catalog.connections.find(environment, integration, connection),
      ])
    }
  }
  return found.filter((owner) => !isPresent(catalog, definitions.get(owner.def) as Definition, owner))
}

function isPresent(catalog: Catalog, { environment, integration, sync }: Definition, owner: Owner): boolean {
  const { connections, integrations, syncs } = catalog
  return (
    connections.peek(environment, integration, owner.connection)?.uid === owner.uid &&
    integrations.peek(environment, integration) !== undefined &&
    syncs.peek(environment, integration, sync) !== undefined
  )
}

/** A connection that stays keeps what its other syncs write. */
async function byModelsKept(
  deps: RemovalDeps,
  { environment, integration }: Definition,
  owners: Owner[],
): Promise<{ ids: string[]; kept: string[] }[]> {
  const { connections, integrations } = deps.catalog
  const isThere = integrations.peek(environment, integration) !== undefined
  const staying = ({ connection, uid }: Owner) =>
    isThere && connections.peek(environment, integration, connection)?.uid === uid
  const gone = owners.filter((owner) => !staying(owner)).map(({ id }) => id)
  const groups = gone.length > 0 ? [{ ids: gone, kept: [] as string[] }] : []
  for (const owner of owners.filter(staying)) {
    const variants = (await deps.schedules.variantsOf(environment, [owner.uid])).get(owner.uid) ?? {}
    const kept = deps.catalog.syncs
      .list(environment, integration)
      .filter(({ name }) => owner.variant === BASE || variants[name]?.includes(owner.variant))
      .flatMap(({ models }) => models)
    groups.push({ ids: [owner.id], kept })
  }
  return groups
}
