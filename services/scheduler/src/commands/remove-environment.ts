import { removeOrphans } from '../reconcile/remove-orphans.ts'
import type { RemovalDeps } from '../reconcile/remove-schedules.ts'
import type { Definition } from '../schedules/definition.ts'

/** ClickHouse deletes rows meanwhile. */
const FORGET_MS = 20_000

/**
 * Removes what is kept of an environment that is being deleted: schedules with their runs, streams of records, limits, the
 * list of its ended runs, and what the record store has of them. `createdAt` tells it from one that was made under its name since: what belongs to that one stays.
 *
 * Changes of the catalog do most of this, but one after the other: the schedules of a connection can't be found without its syncs.
 * And an environment that the catalog lacks may be a catalog that was lost. Every step may be done again.
 */
export async function removeEnvironment(
  deps: RemovalDeps,
  environment: string,
  createdAt: string,
): Promise<void> {
  const { catalog, schedules, records } = deps
  // Our copy may be behind.
  await catalog.compare()
  const isGone = ({ integration, sync }: Definition) =>
    catalog.syncs.peek(environment, integration, sync) === undefined ||
    catalog.integrations.peek(environment, integration) === undefined
  const definitions = await schedules.definitions({ environment })
  await removeOrphans(deps, definitions)
  for (const { id, integration } of definitions.filter(isGone)) {
    await schedules.removeDefinition(id)
    if (!catalog.integrations.peek(environment, integration))
      await schedules.setLimit({ environment, integration })
  }
  const present = catalog.environments.peek(environment)
  if (present !== undefined && present.createdAt !== createdAt) {
    const beforeMs = Date.parse(present.createdAt)
    await schedules.forgetRuns(environment, beforeMs)
    await records.forgetRuns({ environment, beforeMs }, { deadline: FORGET_MS })
    return
  }
  await schedules.forgetRuns(environment)
  await records.forgetRuns({ environment, beforeMs: schedules.now() }, { deadline: FORGET_MS })
  await schedules.setLimit({ environment, integration: '' })
}
