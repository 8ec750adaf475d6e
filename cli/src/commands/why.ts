import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { whyText } from '../why-text.ts'

/** For scripts that watch a sync. */
const EXIT_STALE = 3

export const why = () =>
  restCommand('why')
    .description(`${routeSummary('getWhy')}; exit code 3 = stale`)
    .argument('<integration>')
    .argument('<connection>')
    .argument('<sync>')
    .option('--variant <name>', 'of the sync', 'base')
    .addOption(jsonOption())
    .action(
      async (integration: string, connection: string, sync: string, { variant, ...options }: Options) => {
        const answer = await clientOf(options).syncs.why({
          providerConfigKey: integration,
          sync: { name: sync, variant },
          connectionId: connection,
        })
        show(options, answer, whyText)
        if (answer.schedule.freshness.stale) process.exitCode = EXIT_STALE
      },
    )

interface Options extends RestOptions, JsonOptions {
  variant: string
}
