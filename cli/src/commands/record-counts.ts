import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

interface Options extends RestOptions, JsonOptions {
  connection?: string
  variant: string
}

export const recordCounts = () =>
  restCommand('counts')
    .description(routeSummary('countRecords'))
    .argument('[integration]', 'all when absent')
    .option('--connection <id>', 'only on this connection')
    .option('--variant <name>', 'of the syncs', 'base')
    .addOption(jsonOption())
    .action(async (integration: string | undefined, { connection, variant, ...options }: Options) => {
      const answer = await clientOf(options).records.counts({
        ...(integration !== undefined && { providerConfigKey: integration }),
        ...(connection !== undefined && { connectionId: connection }),
        variant,
      })
      show(options, answer, ({ counts }) =>
        table(
          ['integration', 'model', 'connections', 'records', 'bytes'],
          counts.map((it) => ({ ...it, integration: it.provider_config_key })),
        ),
      )
    })
