import { enumName } from '../answers/enum-name.ts'
import { instant } from '../answers/instant.ts'
import { runAnswer } from '../answers/run-answer.ts'
import type { Handler } from '../http/handler.ts'
import { checkNames } from '../rules/check-names.ts'

export const listRuns: Handler<'listRuns'> = async ({ catalog, schedules }, { environment, query }) => {
  const sync = { name: query.sync_name, variant: query.variant }
  const { provider_config_key: providerConfigKey, connection_id: connectionId, limit } = query
  const names = { integration: providerConfigKey, connection: connectionId, syncs: [sync] }
  await checkNames(catalog, environment, names)
  const { runs } = await schedules.listRuns({ environment, providerConfigKey, connectionId, sync, limit })
  return { runs: runs.map(runAnswer) }
}

export const listLogs: Handler<'listLogs'> = async ({ records }, { environment, params, query }) => {
  const { lines } = await records.listLogs({ environment, runId: params.id, limit: query.limit })
  return {
    lines: lines.map(({ atMs, level, message }) => ({
      at: instant(atMs),
      level: level === 'LOG_LEVEL_UNSPECIFIED' ? 'info' : enumName('LOG_LEVEL', level),
      message,
    })),
  }
}
