import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

interface Options extends RestOptions {
  connection?: string
  reset?: boolean
  emptyCache?: boolean
}

export const trigger = () =>
  restCommand('trigger')
    .description('run syncs now')
    .argument('<integration>')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .option('--reset', 'forget the checkpoint first')
    .option('--empty-cache', 'with --reset: delete the records too')
    .action(async (integration: string, syncs: string[], options: Options) => {
      const { connection, reset = false, emptyCache = false } = options
      await clientOf(options).triggerSync(integration, syncs, connection, { reset, emptyCache })
      console.log(`Triggered. Next: syncline status ${integration}`)
    })
