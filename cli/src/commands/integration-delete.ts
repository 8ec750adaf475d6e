import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'
import { showDeletionCalls } from '../show-deletion-calls.ts'

export const integrationDelete = () =>
  restCommand('delete')
    .description(routeSummary('deleteIntegration'))
    .argument('<key>')
    .addOption(jsonOption())
    .action(async (key: string, options: RestOptions & JsonOptions) => {
      const { on_events } = await clientOf(options).integrations.delete(key)
      show(options, { ...SUCCESS, ...(on_events && { on_events }) }, () => `Deleted integration '${key}'.`)
      showDeletionCalls(on_events)
    })
