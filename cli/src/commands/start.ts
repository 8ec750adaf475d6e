import { accepted } from '../accepted.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { shellQuoted } from '../shell-quoted.ts'

interface Options extends RestOptions {
  connection?: string
}

export const start = () =>
  restCommand('start')
    .description(routeSummary('startSyncs'))
    .argument('<integration>')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .action(async (integration: string, syncs: string[], { connection, ...options }: Options) => {
      const { command_id } = await clientOf(options).syncs.start({
        ...{ providerConfigKey: integration, syncs },
        ...(connection !== undefined && { connectionId: connection }),
      })
      const done = command_id === undefined ? 'Started.' : accepted('starts')
      console.log(`${done} Next: syncline status ${shellQuoted(integration)}`)
    })
