import type { ListRunErrors, RunError } from '@syncline/sdk'
import { Option } from 'commander'
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
  search?: string
  since?: string
  until?: string
  sort?: ListRunErrors['sort']
  order?: ListRunErrors['order']
  limit: number
  cursor?: string
}

const sorts = ['count', 'connections', 'first_seen', 'last_seen']

export const errors = () =>
  restCommand('errors')
    .description(routeSummary('listErrors'))
    .option('--integration <key>', 'only of this integration')
    .option('--sync <sync>', 'only of this one, such as github/issues', readPath)
    .option('--search <text>', 'only errors whose message has this text')
    .option(
      '--since <time>',
      'of runs that ended at this time or later, 7 days ago by default: such as 2h, 7d, or 2026-11-27T09:00:00Z',
      readTime,
    )
    .option('--until <time>', 'the same, before this time', readTime)
    .addOption(new Option('--sort <what>', 'by count when absent').choices(sorts))
    .addOption(new Option('--order <order>', 'desc when absent').choices(['asc', 'desc']))
    .option('--limit <count>', 'up to 100', wholeNumber(1, 100), 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const { sync, integration = sync?.integration, search, since, until } = options
      if (sync && sync.integration !== integration)
        throw new UsageError(`--sync is of '${sync.integration}', and --integration is '${integration}'`)
      const page = await clientOf(options).runs.errors({
        ...(integration !== undefined && { providerConfigKey: integration }),
        ...(sync && { syncName: sync.name }),
        ...(search !== undefined && { q: search }),
        ...(since !== undefined && { from: since }),
        ...(until !== undefined && { to: until }),
        ...{ sort: options.sort, order: options.order },
        limit: options.limit,
        cursor: options.cursor ?? null,
      })
      const columns = [
        ...(['fingerprint', 'integration', 'sync', 'outcome', 'runs', 'connections'] as const),
        ...(['first', 'last', 'version', 'message'] as const),
      ]
      const [first] = page.errors
      const notes = [
        page.next_cursor !== null && `${page.total} in all: --cursor ${page.next_cursor}`,
        first && `Runs with an error: syncline runs --fingerprint ${first.fingerprint}`,
      ].filter((note) => typeof note === 'string')
      show(options, page, ({ errors }) => [table(columns, errors.map(row)), ...notes].join('\n\n'))
    })

function row(error: RunError) {
  return {
    ...{ fingerprint: error.fingerprint, integration: error.provider_config_key, sync: error.sync_name },
    ...{ outcome: error.outcome, runs: error.count, connections: error.connections },
    ...{ first: error.first_seen_at, last: error.last_seen_at },
    ...{ version: error.version, message: error.message },
  }
}
