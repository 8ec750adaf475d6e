import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'

export const undeploy = () =>
  restCommand('undeploy')
    .description(routeSummary('deleteDeployment'))
    .argument('<function>', 'a sync or an action, such as github/issues', readPath)
    .addOption(jsonOption())
    .action(async ({ integration, name }: Path, options: RestOptions & JsonOptions) => {
      await clientOf(options).deployments.delete({ providerConfigKey: integration, name })
      show(options, SUCCESS, () => `Deleted '${integration}/${name}'.`)
    })
