import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'

export const connectionDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteConnection'))
    .argument('<integration>')
    .argument('<id>')
    .action(async (integration: string, id: string, options: RestOptions) => {
      await clientOf(options).connections.delete({ providerConfigKey: integration, connectionId: id })
      console.log(`Deleted connection '${id}'.`)
    })
