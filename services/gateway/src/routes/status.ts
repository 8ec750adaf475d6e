import { AppError } from '@syncline/errors'
import { countRecords } from '../answers/record-counts.ts'
import { syncStatus } from '../answers/sync-status.ts'
import type { Handler } from '../http/handler.ts'
import { checkNames } from '../rules/check-names.ts'

export const getSyncStatus: Handler<'getSyncStatus'> = async (
  { catalog, schedules, records },
  { environment, query },
) => {
  const { provider_config_key: integration, connection_id: connection, syncs } = query
  await checkNames(catalog, environment, { integration, connection, syncs })
  const { schedules: found } = await schedules.listSchedules({
    environment,
    providerConfigKey: integration,
    connectionId: connection ?? '',
    syncs,
  })
  for (const { name, variant } of syncs) {
    // The base schedule of a deployed sync may be a moment away; any other variant is there or unknown.
    if (variant !== 'base' && !found.some((it) => it.sync === name && it.variant === variant)) {
      throw new AppError('unknown_sync', `sync '${name}' has no variant '${variant}'`)
    }
  }
  const counts = await countRecords(catalog, records, environment, found)
  return { syncs: found.map((schedule, index) => syncStatus(schedule, counts[index] ?? {})) }
}
