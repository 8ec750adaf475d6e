import { checkNames } from '@syncline/catalog'
import { acceptedAnswer } from '../answers/command-answer.ts'
import { enumName, enumValue } from '../answers/enum-name.ts'
import { instant } from '../answers/instant.ts'
import { listedRun } from '../answers/run-answer.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'

export const listRuns: Handler<'listRuns'> = async ({ catalog, scheduler }, { environment, query }) => {
  const { provider_config_key: integration, connection_id: connection, sync_name: name, variant } = query
  const sync = name === undefined ? undefined : { name, variant }
  if (integration !== undefined) {
    await checkNames(catalog, environment, { integration, connection, syncs: sync ? [sync] : [] })
  }
  const { runs, nextCursor } = await scheduler.ask((schedules, options) =>
    schedules.listRuns(
      {
        environment,
        providerConfigKey: integration ?? '',
        connectionId: connection ?? '',
        sync,
        limit: query.limit,
        cursor: query.cursor ?? '',
        states: query.state?.map((state) => enumValue('RUN_STATE', state)) ?? [],
        fromMs: query.from === undefined ? 0 : Date.parse(query.from),
        toMs: query.to === undefined ? 0 : Date.parse(query.to),
        outcomes: query.outcome?.map((outcome) => enumValue('RUN_OUTCOME', outcome)) ?? [],
      },
      options,
    ),
  )
  return page('/runs', query, { runs: runs.map(listedRun), next_cursor: nextCursor || null })
}

export const getRun: Handler<'getRun'> = async ({ scheduler }, { environment, params }) => {
  const run = await scheduler.ask((schedules, options) =>
    schedules.getRun({ environment, runId: params.id }, options),
  )
  return listedRun(run)
}

export const cancelRun: Handler<'cancelRun'> = async (
  { commands },
  { environment, commandId: id, params },
) => {
  const action = { $case: 'cancelRun', value: { runId: params.id } } as const
  const outcome = await commands.send(environment, action, { id })
  return outcome.kind === 'done' ? { cancelled: outcome.done.cancelled } : acceptedAnswer(outcome.accepted)
}

export const listLogs: Handler<'listLogs'> = async ({ records }, { environment, params, query }) => {
  const { limit, cursor = '' } = query
  const { lines, nextCursor } = await records.listLogs({ environment, runId: params.id, limit, cursor })
  return {
    next_cursor: nextCursor || null,
    lines: lines.map(({ atMs, level, message }) => ({
      at: instant(atMs),
      level: level === 'LOG_LEVEL_UNSPECIFIED' ? 'info' : enumName('LOG_LEVEL', level),
      message,
    })),
  }
}
