import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'

export const variableDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteVariable'))
    .argument('<name>')
    .action(async (name: string, options: RestOptions) => {
      await clientOf(options).variables.delete(name)
      console.log(`Deleted '${name}'.`)
    })
