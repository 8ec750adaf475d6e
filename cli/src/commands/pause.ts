import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

interface Options extends RestOptions {
  connection?: string
}

export const pause = () =>
  restCommand('pause')
    .description('pause syncs; a run in progress completes')
    .argument('<integration>')
    .argument('[syncs...]', 'name or name::variant; all when absent')
    .option('--connection <id>', 'only on this connection')
    .action(async (integration: string, syncs: string[], { connection, ...options }: Options) => {
      await clientOf(options).pauseSync(integration, syncs, connection)
      console.log(`Paused. To start again: syncline start ${integration}`)
    })
