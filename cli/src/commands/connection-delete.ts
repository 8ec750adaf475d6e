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
      const which = { providerConfigKey: integration, connectionId: id }
      const { on_events } = await clientOf(options).connections.delete(which)
      show(options, { ...SUCCESS, on_events }, () => `Deleted connection '${id}'.`)
      for (const { name, error, log_id } of on_events) {
        if (error !== null)
          console.error(`warning: ${name} failed: ${error}. Its log: syncline logs ${log_id}`)
      }
    })
