import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const connectionList = () =>
  restCommand('list')
    .description(routeSummary('listConnections'))
    .argument('[integration]', 'only of this integration')
    .addOption(jsonOption())
    .action(async (integration: string | undefined, options: RestOptions & JsonOptions) => {
      const connections = await Array.fromAsync(
        clientOf(options).connections.iterate({
          ...(integration !== undefined && { integrationId: integration }),
        }),
      )
      const rows = connections.map((it) => ({
        id: it.connection_id,
        integration: it.provider_config_key,
        created: it.created,
        'needs reauth': it.needs_reauth && `since ${it.needs_reauth.since}: ${it.needs_reauth.reason}`,
      }))
      show(options, { connections }, () => table(['id', 'integration', 'created', 'needs reauth'], rows))
    })
