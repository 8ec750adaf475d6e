import {
  type ApiKey,
  type Connection,
  type Integration,
  openApp,
  openCredentials,
  openToken,
  sealApp,
  sealCredentials,
  sealToken,
} from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Dependencies } from '../dependencies.ts'

type Deps = Pick<Dependencies, 'catalog' | 'keyring'>

/**
 * Fails if the integration can't get this key. Its schedules belong to the old key: when that goes, the scheduler removes them and
 * empties their streams, so an integration with deployed syncs keeps its key.
 */
export async function checkRename({ catalog }: Deps, old: Integration, key: string): Promise<void> {
  const { environment } = old
  const [sync] = catalog.syncs.list(environment, old.key)
  if (sync) {
    throw new AppError(
      'in_use',
      `integration '${old.key}' has deployed syncs, such as '${sync.name}', and their schedules and records belong to its key: make a second integration '${key}' and deploy the syncs for it, or delete the syncs (DELETE /deployments/${sync.name}, with their records) and rename it then`,
    )
  }
  const taken = await catalog.integrations.find(environment, key)
  if (taken && taken.renamedFrom !== old.key) throw exists(key)
}

/**
 * Gives an integration another key, and takes its connections, its actions and the keys of its connections along. Connections
 * keep their `uid`, and so their records. See `checkRename`.
 *
 * If we die half-way, both integrations are there, and the same request goes on: what moves is stored at its new place before it is
 * deleted at the old one, and the integration of the old key goes last.
 */
export async function renameIntegration(
  { catalog, keyring }: Deps,
  old: Integration,
  key: string,
): Promise<Integration> {
  const { environment } = old
  const sealedApp = old.sealedApp && sealApp(keyring, openApp(keyring, old), { environment, key })
  const moving = { ...old, key, sealedApp, renamedFrom: old.key }
  const takeOver = (present: Integration | undefined) => {
    if (present === undefined || present.renamedFrom === old.key) return moving
    throw exists(key)
  }
  await catalog.integrations.upsert(takeOver, environment, key)
  for (const connection of catalog.connections.list(environment, old.key)) {
    const moved = movedTo(keyring, connection, key)
    await catalog.connections.upsert(() => moved, environment, key, connection.id)
    await catalog.connections.delete(environment, old.key, connection.id)
  }
  for (const action of catalog.actions.list(environment, old.key)) {
    await catalog.actions.upsert(() => ({ ...action, integration: key }), environment, key, action.name)
    await catalog.actions.delete(environment, old.key, action.name)
  }
  for (const { id, environment: of, connection } of catalog.apiKeys.list()) {
    if (of !== environment || connection?.integration !== old.key) continue
    const change = (present: ApiKey) => ({ ...present, connection: { ...connection, integration: key } })
    await catalog.apiKeys.update(change, id)
  }
  await catalog.integrations.delete(environment, old.key)
  return await catalog.integrations.update(({ renamedFrom: _, ...present }) => present, environment, key)
}

const exists = (key: string) => new AppError('already_exists', `integration '${key}' exists already`)

/** A sealed text opens at its place only. */
function movedTo(keyring: Deps['keyring'], connection: Connection, integration: string): Connection {
  const moved = { ...connection, integration }
  const token = openToken(keyring, connection)
  return {
    ...moved,
    sealedCredentials: sealCredentials(keyring, openCredentials(keyring, connection), moved),
    ...(token && { sealedToken: sealToken(keyring, token, moved) }),
  }
}
