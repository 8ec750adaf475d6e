import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'

export const providerDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteProvider'))
    .argument('<name>')
    .action(async (name: string, options: RestOptions) => {
      await clientOf(options).providers.delete(name)
      console.log(`Deleted provider '${name}'.`)
    })
