import type { Connection } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { SyncName, Target } from '@syncline/proto'
import { type ConnectionRef, type ReconcileDeps, reconcile } from './reconcile.ts'
import { isNamed, type Schedule } from './schedule.ts'

const BATCH = 50

/**
 * The schedules that a command is about. All or nothing: a named sync that is not on the connection (or, for a whole
 * integration, on none of its connections) is `unknown_sync`.
 */
export async function targets(deps: ReconcileDeps, environment: string, target: Target): Promise<Schedule[]> {
  const { providerConfigKey: integration, connectionId, syncs } = target
  await deps.catalog.integrations.get(environment, integration)
  await ensureLoaded(deps, environment, integration, syncs)
  const connections =
    connectionId === ''
      ? deps.catalog.connections.list(environment, integration)
      : [await deps.catalog.connections.get(environment, integration, connectionId)]

  const found: Schedule[] = []
  for (let i = 0; i < connections.length; i += BATCH) {
    const batch = connections.slice(i, i + BATCH)
    const schedules = await Promise.all(batch.map((connection) => reconcile(deps, refOf(connection))))
    found.push(...schedules.flat().filter((schedule) => isAsked(schedule, syncs)))
  }
  const absent = syncs.find((name) => !found.some((schedule) => isNamed(schedule, name)))
  if (absent) throw unknownSync(absent, connectionId || integration)
  return found
}

/**
 * Loads the syncs of a command into our copy of the catalog. The command may arrive before the deployment that it is
 * about: a sync that is asked for by name is read from the bucket. Schedules are reconciled before use for the same reason.
 */
export async function ensureLoaded(
  { catalog }: ReconcileDeps,
  environment: string,
  integration: string,
  syncs: SyncName[],
): Promise<void> {
  for (const { name } of syncs) await catalog.syncs.find(environment, integration, name)
}

export function refOf({ environment, integration, id, uid }: Connection): ConnectionRef {
  return { environment, integration, connection: id, uid }
}

export function unknownSync({ name, variant }: SyncName, where: string): AppError {
  return new AppError('unknown_sync', `there is no sync '${name}' with variant '${variant}' on '${where}'`)
}

function isAsked(schedule: Schedule, syncs: SyncName[]): boolean {
  return syncs.length === 0 || syncs.some((name) => isNamed(schedule, name))
}
