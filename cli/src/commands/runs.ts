import type { ListedRun } from '@syncline/sdk'
import { collect } from '../collect.ts'
import { fullName } from '../full-name.ts'
import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { readTime } from '../time.ts'
import { UsageError } from '../usage-error.ts'
import { wholeNumber } from '../whole-number.ts'
import { runState } from '../why-text.ts'

type Reason = NonNullable<ListedRun['reason']>

/** All but `cancelled`: that is what somebody wanted. */
const failures = {
  ...{ failed: true, lost: true, timed_out: true, cpu_limit: true, event_loop_blocked: true },
  ...{ out_of_memory: true, output_limit: true, protocol_violation: true, crashed: true, exited: true },
} satisfies Record<Exclude<Reason, 'cancelled'>, true>

interface Options extends RestOptions, JsonOptions {
  integration?: string
  sync?: Path
  connection?: string
  state?: ListedRun['state'][]
  failed?: boolean
  outcome?: ('success' | Reason)[]
  fingerprint?: string
  search?: string
  since?: string
  until?: string
  limit: number
  cursor?: string
}

export const runs = () =>
  restCommand('runs')
    .description(routeSummary('listRuns'))
    .option('--integration <key>', 'only of this integration')
    .option('--sync <sync>', 'only of this one, such as github/issues', readPath)
    .option('--connection <id>', 'only on this connection, which needs --integration or --sync')
    .option('--state <states>', 'queued, running or ended', collect(['queued', 'running', 'ended']))
    .option('--failed', 'only those that ended without success, and were not cancelled')
    .option(
      '--outcome <outcomes>',
      'of those that ended: success, failed, cancelled, lost, timed_out, …',
      collect(),
    )
    .option('--fingerprint <hex>', 'only those that ended with this error: see syncline errors')
    .option('--search <text>', 'only those that ended with an error that has this text')
    .option(
      '--since <time>',
      'ended (or, if it has not, was asked for) at this time or later: such as 2h, 7d, or 2026-11-27T09:00:00Z',
      readTime,
    )
    .option('--until <time>', 'the same, before this time', readTime)
    .option('--limit <count>', 'up to 100', wholeNumber(1, 100), 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const { sync, integration = sync?.integration, connection, state, failed, since, until } = options
      if (sync && sync.integration !== integration)
        throw new UsageError(`--sync is of '${sync.integration}', and --integration is '${integration}'`)
      if (failed && options.outcome) throw new UsageError('give --failed or --outcome, not both')
      const outcome = failed ? (Object.keys(failures) as (keyof typeof failures)[]) : options.outcome
      const page = await clientOf(options).runs.list({
        ...(integration !== undefined && { providerConfigKey: integration }),
        ...(connection !== undefined && { connectionId: connection }),
        ...(sync && { sync: { name: sync.name, variant: sync.variant } }),
        ...(state && { state }),
        ...(outcome && { outcome }),
        ...(options.fingerprint !== undefined && { fingerprint: options.fingerprint }),
        ...(options.search !== undefined && { q: options.search }),
        ...(since !== undefined && { from: since }),
        ...(until !== undefined && { to: until }),
        limit: options.limit,
        cursor: options.cursor ?? null,
      })
      const columns = [
        ...(['id', 'integration', 'sync', 'connection', 'state', 'cause', 'attempt'] as const),
        ...(['requested', 'started', 'finished', 'message'] as const),
      ]
      const notes = [
        page.next_cursor !== null && `There may be more: --cursor ${page.next_cursor}`,
        page.unavailable.length > 0 && `Did not answer: ${page.unavailable.join(', ')}`,
      ].filter((note) => typeof note === 'string')
      show(options, page, ({ runs }) => [table(columns, runs.map(row)), ...notes].join('\n\n'))
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
