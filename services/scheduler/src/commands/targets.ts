import type { Connection } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { SyncName, Target } from '@syncline/proto'
import { inChunks } from '../in-chunks.ts'
import { deployedSyncs, reconcile } from '../reconcile/reconcile.ts'
import type { ReconcileDeps } from '../reconcile/repair.ts'
import { BASE, scheduleId } from '../schedules/schedule.ts'
import { CHANGED_AT_ONCE, CHECKED_AT_ONCE } from '../store/schedule-store.ts'

/** A schedule that a command is about. */
interface Targeted {
  id: string
  connection: Connection
}

/** Applies a command to schedules, and returns those that do not exist; if there are some, it has done nothing. */
type Apply = (ids: string[]) => Promise<string[]>

/**
 * Applies a command to all schedules that it is about, in batches. All or nothing: a named sync that is not on the connection
 * (or, for a whole integration, on none of its connections) is `unknown_sync`, before anything is done. The command may arrive
 * before the deployment or the connection that it is about: what is asked for by name is read from the bucket, and schedules that are
 * not there yet are made.
 */
export async function applyToTargets(
  deps: ReconcileDeps,
  environment: string,
  target: Target | undefined,
  apply: Apply,
): Promise<void> {
  if (target === undefined) throw new AppError('invalid_body', 'the command names no target')
  const { catalog } = deps
  const { providerConfigKey: integration, connectionId, syncs } = target
  await catalog.integrations.get(environment, integration)
  const one =
    connectionId === '' ? undefined : await catalog.connections.get(environment, integration, connectionId)
  const connections = () => (one ? [one] : catalog.connections.each(environment, integration))
  await ensureKnown(deps, environment, target, connections())

  for (const some of inChunks(connections(), CHECKED_AT_ONCE)) {
    const targeted = await targetsOf(deps, some, syncs)
    for (const batch of inChunks(targeted, CHANGED_AT_ONCE)) await applyTo(deps, batch, apply)
  }
}

/** Ids of the schedules of a target that names its connection; fails as `applyToTargets` does, and makes none. */
export async function targetsOfConnection(
  deps: ReconcileDeps,
  environment: string,
  target: Target,
): Promise<string[]> {
  const { providerConfigKey: integration, connectionId, syncs } = target
  await deps.catalog.integrations.get(environment, integration)
  const connections = [await deps.catalog.connections.get(environment, integration, connectionId)]
  await ensureKnown(deps, environment, target, connections)
  return (await targetsOf(deps, connections, syncs)).map(({ id }) => id)
}

/** Makes the schedules that connections should have by now. */
export async function ensureMade(deps: ReconcileDeps, of: Connection[]): Promise<void> {
  const connections = of.filter(
    ({ environment, integration, id, uid }) =>
      deps.catalog.connections.peek(environment, integration, id)?.uid === uid,
  )
  const [first] = connections
  if (first === undefined) return
  const deployed = await deployedSyncs(deps, first.environment, first.integration)
  const { problem } = await reconcile(deps, [{ connections, deployed }])
  if (problem !== undefined) throw new AppError('unavailable', problem)
}

export function unknownSync({ name, variant }: SyncName, where: string): AppError {
  return new AppError('unknown_sync', `there is no sync '${name}' with variant '${variant}' on '${where}'`)
}

async function ensureKnown(
  { catalog, schedules, definitions }: ReconcileDeps,
  environment: string,
  { providerConfigKey: integration, connectionId, syncs }: Target,
  connections: Iterable<Connection>,
): Promise<void> {
  if (syncs.length === 0) return
  const missing = new Set<SyncName>(syncs)
  for (const sync of syncs) {
    const deployed = await catalog.syncs.find(environment, integration, sync.name)
    if (!deployed) throw unknownSync(sync, connectionId || integration)
    // Of one that can't be scheduled there may be schedules from before.
    const canBeMade = (await definitions.write(deployed)) !== undefined
    if (sync.variant === BASE && canBeMade) missing.delete(sync)
  }
  let isEmpty = true
  for (const some of inChunks(connections, CHECKED_AT_ONCE)) {
    isEmpty = false
    if (missing.size === 0) break
    const uids = some.map(({ uid }) => uid)
    const variants = await schedules.variantsOf(environment, uids)
    for (const sync of missing) {
      const { name, variant } = sync
      const isThere =
        variant === BASE
          ? (await schedules.existing(uids.map((uid) => scheduleId(environment, uid, name, BASE)))) > 0
          : variants.values().some((bySync) => bySync[name]?.includes(variant))
      if (isThere) missing.delete(sync)
    }
  }
  const [absent] = isEmpty ? syncs : missing
  if (absent) throw unknownSync(absent, connectionId || integration)
}

async function targetsOf(
  { catalog, schedules }: ReconcileDeps,
  connections: Connection[],
  syncs: SyncName[],
): Promise<Targeted[]> {
  const { environment, integration } = connections[0] as Connection
  const deployed = catalog.syncs.list(environment, integration).map(({ name }) => name)
  const isOnlyBase = syncs.length > 0 && syncs.every(({ variant }) => variant === BASE)
  const uids = isOnlyBase ? [] : connections.map(({ uid }) => uid)
  const variants = await schedules.variantsOf(environment, uids)
  return connections.flatMap((connection) => {
    const bySync = variants.get(connection.uid) ?? {}
    const all = deployed.flatMap((name) =>
      [BASE, ...(bySync[name] ?? [])].map((variant) => ({ name, variant })),
    )
    const asked =
      syncs.length === 0
        ? all
        : all.filter((it) => syncs.some((sync) => sync.name === it.name && sync.variant === it.variant))
    return asked.map(({ name, variant }) => ({
      id: scheduleId(environment, connection.uid, name, variant),
      connection,
    }))
  })
}

/** Makes those that are missing. What is still missing then can't be scheduled, or was removed a moment ago. */
async function applyTo(deps: ReconcileDeps, batch: Targeted[], apply: Apply): Promise<void> {
  let ids = batch.map(({ id }) => id)
  const missing = new Set(await apply(ids))
  if (missing.size === 0) return
  const connections = batch.filter(({ id }) => missing.has(id)).map(({ connection }) => connection)
  await ensureMade(deps, [...new Set(connections)])
  const absent = new Set(await apply(ids))
  if (absent.size === 0) return
  ids = ids.filter((id) => !absent.has(id))
  if (ids.length > 0) await apply(ids)
}
