import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const variableDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteVariable'))
    .argument('<name>')
    .addOption(jsonOption())
    .action(async (name: string, options: RestOptions & JsonOptions) => {
      await clientOf(options).variables.delete(name)
      show(options, SUCCESS, () => `Deleted '${name}'.`)
    })
