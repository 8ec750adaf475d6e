import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const integrationDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteIntegration'))
    .argument('<key>')
    .addOption(jsonOption())
    .action(async (key: string, options: RestOptions & JsonOptions) => {
      await clientOf(options).integrations.delete(key)
      show(options, SUCCESS, () => `Deleted integration '${key}'.`)
    })
