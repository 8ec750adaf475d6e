import {
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
 * Gives an integration another key, and takes its connections along: they keep their `uid`, and so their records. Schedules hang on the
 * key, and the scheduler empties the streams of one that goes: so it is refused while syncs are deployed.
 *
 * If we die half-way, both integrations are there, and the same request goes on: a connection is stored at its new place before
 * it is deleted at the old one, and the integration of the old key goes last.
 */
export async function renameIntegration(
  { catalog, keyring }: Deps,
  old: Integration,
  key: string,
): Promise<Integration> {
  const { environment } = old
  const [sync] = catalog.syncs.list(environment, old.key)
  if (sync) {
    throw new AppError(
      'in_use',
      `integration '${old.key}' has deployed syncs, such as '${sync.name}', whose schedules hang on its key: make a second integration instead, or delete the syncs first`,
    )
  }
  const sealedApp = old.sealedApp && sealApp(keyring, openApp(keyring, old), { environment, key })
  const moving = { ...old, key, sealedApp, renamedFrom: old.key }
  const takeOver = (present: Integration | undefined) => {
    if (present === undefined || present.renamedFrom === old.key) return moving
    throw new AppError('already_exists', `integration '${key}' exists already`)
  }
  await catalog.integrations.upsert(takeOver, environment, key)
  for (const connection of catalog.connections.list(environment, old.key)) {
    const moved = movedTo(keyring, connection, key)
    await catalog.connections.upsert(() => moved, environment, key, connection.id)
    await catalog.connections.delete(environment, old.key, connection.id)
  }
  await catalog.integrations.delete(environment, old.key)
  return await catalog.integrations.update(({ renamedFrom: _, ...present }) => present, environment, key)
}

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
