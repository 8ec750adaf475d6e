import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const connectionDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteConnection'))
    .argument('<integration>')
    .argument('<id>')
    .addOption(jsonOption())
    .action(async (integration: string, id: string, options: RestOptions & JsonOptions) => {
      await clientOf(options).connections.delete({ providerConfigKey: integration, connectionId: id })
      show(options, SUCCESS, () => `Deleted connection '${id}'.`)
    })
