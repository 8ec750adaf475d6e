import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const providerDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteProvider'))
    .argument('<name>')
    .addOption(jsonOption())
    .action(async (name: string, options: RestOptions & JsonOptions) => {
      await clientOf(options).providers.delete(name)
      show(options, SUCCESS, () => `Deleted provider '${name}'.`)
    })
