import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Definition } from '../schedules/definition.ts'
import type { Limit } from '../store/schedule-store.ts'
import type { Part } from './expected.ts'
import { followLimits } from './follow-limits.ts'
import { deployedSyncs, placeAll, type Reconciled, reconcile } from './reconcile.ts'
import { removeOrphans } from './remove-orphans.ts'
import { type RemovalDeps, removeSync } from './remove-schedules.ts'

/** Of an integration, also of one that the catalog lacks. */
export type Name = { environment: string; integration: string }

/**
 * Makes all schedules, definitions and limits of an integration (without a name: of all) what the catalog says. Of each schedule
 * a few fields are read. The counts of the definitions tell whether there are schedules that should not be there; only then they are
 * looked for. Fails with `unavailable` if something has to be done again later.
 */
export async function reconcileIntegrations(deps: RemovalDeps, name?: Name): Promise<void> {
  const { catalog, schedules } = deps
  const names = name
    ? [name]
    : catalog.integrations.list().map(({ environment, key: integration }) => ({ environment, integration }))
  await followLimits(deps, name ? [limitOf(catalog, name)] : allLimits(catalog, names))

  const parts: Part[] = []
  for (const { environment, integration } of names) {
    const connections = catalog.connections.each(environment, integration)
    parts.push({ connections, deployed: await deployedSyncs(deps, environment, integration) })
  }
  const reconciled = await reconcile(deps, parts)
  for (const deployed of parts.flatMap((part) => part.deployed)) {
    if (deployed.placing !== '') await placeAll(deps, deployed)
  }
  await removeOthers(deps, await schedules.definitions(name), reconciled)
  if (reconciled.problem !== undefined) throw new AppError('unavailable', reconciled.problem)
}

/**
 * If the catalog lacks an environment, the catalog was lost, and schedules and records must not be removed for that: of an
 * environment that is deleted, a command removes them.
 */
async function removeOthers(deps: RemovalDeps, known: Definition[], { variants }: Reconciled): Promise<void> {
  const { catalog, schedules, events } = deps
  const suspicious: Definition[] = []
  const gone: Definition[] = []
  for (const [environment, definitions] of Map.groupBy(known, (definition) => definition.environment)) {
    if (!(await catalog.environments.find(environment))) {
      events.environmentUnknown(environment)
      continue
    }
    for (const definition of definitions) {
      if (await isDeployed(catalog, definition)) {
        if (await hasTooMany(deps, definition, variants.get(definition.id))) suspicious.push(definition)
      } else {
        gone.push(definition)
      }
    }
  }
  for (const definition of gone) {
    const others = known.filter((other) => isOfSameIntegration(other, definition) && !gone.includes(other))
    await removeSync(deps, definition, { reason: 'its sync is no longer deployed', others })
    if ((await schedules.removeDefinition(definition.id)) === 'kept') suspicious.push(definition)
  }
  if (suspicious.length > 0) await removeOrphans(deps, suspicious)
  for (const { id, environment, integration } of gone) {
    await schedules.removeDefinition(id)
    // Without schedules, what is left of an integration that is gone are its counts.
    if (!catalog.integrations.peek(environment, integration))
      await schedules.setLimit({ environment, integration })
  }
}

/** Whether there are schedules without a connection. */
async function hasTooMany(
  { catalog, schedules }: RemovalDeps,
  { id, environment, integration, ...before }: Definition,
  variants: number | undefined,
): Promise<boolean> {
  const expected = () => {
    let count = 0
    for (const _ of catalog.connections.each(environment, integration)) count++
    return count
  }
  if (before.variants > (variants ?? before.variants)) return true
  if (before.schedules <= expected()) return false
  // Some may have been removed meanwhile.
  const now = await schedules.definition(id)
  return now !== undefined && now.schedules > expected()
}

async function isDeployed(
  catalog: Catalog,
  { environment, integration, sync }: Definition,
): Promise<boolean> {
  if (!(await catalog.integrations.find(environment, integration))) return false
  return (await catalog.syncs.find(environment, integration, sync)) !== undefined
}

function isOfSameIntegration(a: Definition, b: Definition): boolean {
  return a.environment === b.environment && a.integration === b.integration
}

function limitOf(catalog: Catalog, { environment, integration }: Name): Limit {
  const { maxRuns, weight } = catalog.integrations.peek(environment, integration) ?? {}
  return { environment, integration, maxRuns, weight }
}

function* allLimits(catalog: Catalog, names: Name[]): Generator<Limit> {
  for (const { name: environment, maxRuns, weight } of catalog.environments.each()) {
    yield { environment, integration: '', maxRuns, weight }
  }
  for (const name of names) yield limitOf(catalog, name)
}
