import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'

export const integrationDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteIntegration'))
    .argument('<key>')
    .action(async (key: string, options: RestOptions) => {
      await clientOf(options).integrations.delete(key)
      console.log(`Deleted integration '${key}'.`)
    })
