import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'

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
      await clientOf(options).startSync(integration, syncs, connection)
      console.log(`Started. Next: syncline status ${integration}`)
    })
