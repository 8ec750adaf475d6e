import { createHash } from 'node:crypto'
import type { Access } from '@syncline/outgoing'
import type { WorkLoader } from './load-work.ts'

/** Functions log at this level or above: a name that existing projects use. */
const LEVEL_VARIABLE = 'NANGO_LOGGER_LEVEL'

/** What any function may know about where it runs. `id`: of the run or the action. */
export function functionFacts(loader: WorkLoader, { connection, integration, settings }: Access, id: string) {
  const { environment } = connection
  return {
    connectionId: connection.id,
    providerConfigKey: connection.integration,
    provider: integration.provider,
    environmentName: environment,
    environmentId: createHash('sha256').update(environment).digest().readUIntBE(0, 6),
    nangoConnectionId: Number.parseInt(connection.uid.replaceAll('-', '').slice(0, 12), 16) || 0,
    activityLogId: id,
    logLevel: loader.variable(environment, LEVEL_VARIABLE) ?? '',
    pagination: settings.pagination ?? {},
  }
}
