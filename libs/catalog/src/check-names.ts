import type { Catalog } from './catalog.ts'

/**
 * Refuses names that the environment does not have, with `unknown_integration`, `unknown_connection` or
 * `unknown_sync`. Variants are known to the scheduler only.
 */
export async function checkNames(
  catalog: Catalog,
  environment: string,
  names: { integration: string; connection?: string | undefined; syncs?: { name: string }[] },
): Promise<void> {
  const { integration, connection, syncs = [] } = names
  await catalog.integrations.get(environment, integration)
  if (connection !== undefined) await catalog.connections.get(environment, integration, connection)
  for (const { name } of syncs) await catalog.syncs.get(environment, integration, name)
}
