import { type LogLine, listLogs, listRuns } from '@syncline/api'
import type { LogLevel } from '@syncline/proto'
import type { App } from '../app.ts'
import type { Dependencies } from '../dependencies.ts'
import { instant } from '../instant.ts'
import { checkNames } from '../names.ts'
import { runAnswer } from '../run-answer.ts'

const levels: Record<LogLevel, LogLine['level']> = {
  LOG_LEVEL_UNSPECIFIED: 'info',
  LOG_LEVEL_DEBUG: 'debug',
  LOG_LEVEL_INFO: 'info',
  LOG_LEVEL_WARN: 'warn',
  LOG_LEVEL_ERROR: 'error',
}

export function runRoutes(app: App, { catalog, schedules, records }: Dependencies) {
  app.route({
    ...listRuns,
    handler: async ({ environment, query }) => {
      const sync = { name: query.sync_name, variant: query.variant }
      const { provider_config_key: providerConfigKey, connection_id: connectionId, limit } = query
      const names = { integration: providerConfigKey, connection: connectionId, syncs: [sync] }
      await checkNames(catalog, environment, names)
      const { runs } = await schedules.listRuns({ environment, providerConfigKey, connectionId, sync, limit })
      return { runs: runs.map(runAnswer) }
    },
  })

  app.route({
    ...listLogs,
    handler: async ({ environment, params, query }) => {
      const { lines } = await records.listLogs({ environment, runId: params.id, limit: query.limit })
      return {
        lines: lines.map(({ atMs, level, message }) => ({
          at: instant(atMs),
          level: levels[level],
          message,
        })),
      }
    },
  })
}
