import { accepted } from '../accepted.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { shellQuoted } from '../shell-quoted.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

interface Options extends RestOptions, JsonOptions {
  connection?: string
}

export const pause = () =>
  restCommand('pause')
    .description(routeSummary('pauseSyncs'))
    .argument('<integration>')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .addOption(jsonOption())
    .action(async (integration: string, syncs: string[], { connection, ...options }: Options) => {
      const answer = await clientOf(options).syncs.pause({
        ...{ providerConfigKey: integration, syncs },
        ...(connection !== undefined && { connectionId: connection }),
      })
      show(options, answer, ({ command_id }) => {
        const done = command_id === undefined ? 'Paused.' : accepted('pauses')
        return `${done} To start again: syncline start ${shellQuoted(integration)}`
      })
    })
