import type { ListedRun } from '@syncline/sdk'
import { collect } from '../collect.ts'
import { fullName } from '../full-name.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { wholeNumber } from '../whole-number.ts'
import { runState } from '../why-text.ts'

interface Options extends RestOptions, JsonOptions {
  connection?: string
  variant: string
  state?: ListedRun['state'][]
  outcome?: ('success' | NonNullable<ListedRun['reason']>)[]
  from?: string
  to?: string
  limit: number
  cursor?: string
}

export const runs = () =>
  restCommand('runs')
    .description(routeSummary('listRuns'))
    .argument('[integration]', 'all when absent')
    .argument('[sync]', 'all when absent')
    .option('--connection <id>', 'only on this connection')
    .option('--variant <name>', 'of the sync', 'base')
    .option('--state <states>', 'queued, running or ended', collect(['queued', 'running', 'ended']))
    .option(
      '--outcome <outcomes>',
      'of those that ended: success, failed, cancelled, lost, timed_out, …',
      collect(),
    )
    .option(
      '--from <time>',
      'ended (or, if it has not, was asked for) at this time or later: ISO 8601 with an offset',
    )
    .option('--to <time>', 'the same, before this time')
    .option('--limit <count>', 'up to 100', wholeNumber(1, 100), 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addOption(jsonOption())
    .action(async (integration: string | undefined, sync: string | undefined, options: Options) => {
      const { connection, variant, state, outcome, from, to, limit, cursor } = options
      const page = await clientOf(options).runs.list({
        ...(integration !== undefined && { providerConfigKey: integration }),
        ...(connection !== undefined && { connectionId: connection }),
        ...(sync !== undefined && { sync: { name: sync, variant } }),
        ...(state && { state }),
        ...(outcome && { outcome }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        limit,
        cursor: cursor ?? null,
      })
      const columns = [
        ...(['id', 'integration', 'sync', 'connection', 'state', 'cause', 'attempt'] as const),
        ...(['requested', 'started', 'finished', 'message'] as const),
      ]
      const more = page.next_cursor === null ? '' : `\n\nThere may be more: --cursor ${page.next_cursor}`
      show(options, page, ({ runs }) => table(columns, runs.map(row)) + more)
    })

function row(run: ListedRun) {
  const waits = run.throttled?.until
    ? `waits for its API until ${run.throttled.until}: ${run.throttled.reason}`
    : null
  return {
    ...{ id: run.id, integration: run.provider_config_key, connection: run.connection_id },
    sync: fullName(run.sync_name, run.variant),
    ...{ state: runState(run), cause: run.cause, attempt: run.attempt },
    ...{ requested: run.requestedAt, started: run.startedAt, finished: run.finishedAt },
    message: run.error ?? run.warning ?? run.parked ?? waits,
  }
}
