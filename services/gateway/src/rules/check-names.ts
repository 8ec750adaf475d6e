import type { Catalog } from '@syncline/catalog'
import type { SyncName } from '@syncline/proto'

/**
 * Refuses names that the environment does not have, with `unknown_integration`, `unknown_connection` or
 * `unknown_sync`. Variants are known to the scheduler only.
 */
export async function checkNames(
  catalog: Catalog,
  environment: string,
  names: { integration: string; connection?: string | undefined; syncs?: SyncName[] },
): Promise<void> {
  const { integration, connection, syncs = [] } = names
  await catalog.integrations.get(environment, integration)
  if (connection !== undefined) await catalog.connections.get(environment, integration, connection)
  for (const { name } of syncs) await catalog.syncs.get(environment, integration, name)
}
