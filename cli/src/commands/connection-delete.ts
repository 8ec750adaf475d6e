import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'

export const connectionDelete = () =>
  restCommand('delete')
    .description('delete a connection with its schedules and records')
    .argument('<integration>')
    .argument('<id>')
    .action(async (integration: string, id: string, options: RestOptions) => {
      await clientOf(options).connections.delete({ providerConfigKey: integration, connectionId: id })
      console.log(`Deleted connection '${id}'.`)
    })
