import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'

export const undeploy = () =>
  restCommand('undeploy')
    .description(routeSummary('deleteDeployment'))
    .argument('<integration>')
    .argument('<sync>')
    .action(async (integration: string, sync: string, options: RestOptions) => {
      await clientOf(options).deployments.delete({ providerConfigKey: integration, name: sync })
      console.log(`Deleted sync '${sync}' of integration '${integration}'.`)
    })
