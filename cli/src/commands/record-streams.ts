import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options extends RestOptions, JsonOptions {
  connection?: string
  search?: string
  limit: number
  cursor?: string
}

export const recordStreams = () =>
  restCommand('streams')
    .description(routeSummary('listStreams'))
    .argument('[integration]', 'all when absent')
    .option('--connection <id>', 'only on this connection')
    .option('--search <text>', 'only those whose Model::variant contains it')
    .option('--limit <count>', 'up to 500', wholeNumber(1, 500), 100)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addOption(jsonOption())
    .action(
      async (integration: string | undefined, { connection, search, limit, cursor, ...options }: Options) => {
        const page = await clientOf(options).records.streams({
          ...(integration !== undefined && { providerConfigKey: integration }),
          ...(connection !== undefined && { connectionId: connection }),
          ...(search !== undefined && { q: search }),
          limit,
          cursor: cursor ?? null,
        })
        const more = page.next_cursor === null ? '' : `\n\nThere may be more: --cursor ${page.next_cursor}`
        const columns = [
          ...(['integration', 'connection', 'model', 'variant', 'sync'] as const),
          ...(['records', 'bytes', 'changed'] as const),
        ]
        show(options, page, ({ streams }) => {
          const rows = streams.map((it) => ({
            ...{ integration: it.provider_config_key, connection: it.connection_id },
            ...{ model: it.model, variant: it.variant, sync: it.sync_name },
            ...{ records: it.records, bytes: it.bytes, changed: it.last_modified_at },
          }))
          return table(columns, rows) + more
        })
      },
    )
