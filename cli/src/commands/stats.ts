import type { StatPoint } from '@syncline/sdk'
import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { readTime } from '../time.ts'
import { UsageError } from '../usage-error.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options extends RestOptions, JsonOptions {
  integration?: string
  sync?: Path
  connection?: string
  since?: string
  until?: string
  step?: number
}

/** A table of a day, and no longer. */
const STEP_SECONDS = 3600

export const stats = () =>
  restCommand('stats')
    .description(routeSummary('getStats'))
    .option('--integration <key>', 'only of this integration')
    .option('--sync <sync>', 'only of this one, such as github/issues', readPath)
    .option('--connection <id>', 'only on this connection, which needs --integration or --sync')
    .option('--since <time>', '24 h ago by default: such as 2h, 7d, or 2026-11-27T09:00:00Z', readTime)
    .option('--until <time>', 'the same, before this time', readTime)
    .option('--step <seconds>', 'between two rows, such as 300, 3600 or 86400', wholeNumber(60, 604_800))
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const { sync, integration = sync?.integration, connection, since, until, step } = options
      if (sync && sync.integration !== integration)
        throw new UsageError(`--sync is of '${sync.integration}', and --integration is '${integration}'`)
      const isOfDay = since === undefined && until === undefined
      const answer = await clientOf(options).runs.stats({
        ...(integration !== undefined && { providerConfigKey: integration }),
        ...(connection !== undefined && { connectionId: connection }),
        ...(sync && { sync: connection === undefined ? sync.name : sync }),
        ...(since !== undefined && { from: since }),
        ...(until !== undefined && { to: until }),
        ...((step !== undefined || isOfDay) && { step: step ?? STEP_SECONDS }),
      })
      const columns = [
        ...(['from', 'runs', 'failed', 'cancelled', 'added', 'updated', 'deleted'] as const),
        ...(['wait_p50_ms', 'wait_p99_ms', 'duration_p50_ms', 'duration_p99_ms'] as const),
      ]
      show(options, answer, ({ points }) => table(columns, points.map(row)))
    })

function row({ at, runs, records, wait_ms, duration_ms }: StatPoint) {
  const all = Object.values(runs).reduce((sum, count) => sum + count, 0)
  const { success = 0, cancelled = 0 } = runs
  return {
    ...{ from: at, runs: all, failed: all - success - cancelled, cancelled, ...records },
    ...{ wait_p50_ms: wait_ms?.p50 ?? null, wait_p99_ms: wait_ms?.p99 ?? null },
    ...{ duration_p50_ms: duration_ms?.p50 ?? null, duration_p99_ms: duration_ms?.p99 ?? null },
  }
}
