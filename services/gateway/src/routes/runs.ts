import { checkNames } from '@syncline/catalog'
import { acceptedAnswer } from '../answers/command-answer.ts'
import { enumName } from '../answers/enum-name.ts'
import { instant } from '../answers/instant.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'
import { findRun } from '../run-list/find-run.ts'
import { runSources } from '../run-list/run-sources.ts'
import { runsPage } from '../run-list/runs-page.ts'
import { decodePosition, encodePosition } from '../run-list/runs-position.ts'

export const listRuns: Handler<'listRuns'> = async (dependencies, { environment, query }) => {
  const { provider_config_key: integration, connection_id: connection, sync_name: name, variant } = query
  const sync = name === undefined ? undefined : { name, variant }
  if (integration !== undefined) {
    await checkNames(dependencies.catalog, environment, {
      integration,
      connection,
      syncs: sync ? [sync] : [],
    })
  }
  const position = query.cursor === undefined ? undefined : decodePosition(query.cursor)
  const sources = runSources(dependencies, environment, query)
  const { runs, next, unavailable } = await runsPage(sources, query.limit, position)
  return page('/runs', query, { runs, next_cursor: next && encodePosition(next), unavailable })
}

export const getRun: Handler<'getRun'> = (dependencies, { environment, params }) =>
  findRun(dependencies, environment, params.id)

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
