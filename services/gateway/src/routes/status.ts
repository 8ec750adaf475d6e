import { getSyncStatus } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { App } from '../app.ts'
import type { Dependencies } from '../dependencies.ts'
import { checkNames } from '../names.ts'
import { countRecords } from '../record-counts.ts'
import { syncStatus } from '../sync-status.ts'

export function statusRoutes(app: App, { catalog, schedules, records }: Dependencies) {
  app.route({
    ...getSyncStatus,
    handler: async ({ environment, query }) => {
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
    },
  })
}
