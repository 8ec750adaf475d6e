import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'

export const connectionList = () =>
  restCommand('list')
    .description('show the connections')
    .argument('[integration]', 'only of this integration')
    .action(async (integration: string | undefined, options: RestOptions) => {
      const { connections } = await clientOf(options).connections.list({
        ...(integration !== undefined && { integrationId: integration }),
      })
      const rows = connections.map((it) => ({
        id: it.connection_id,
        integration: it.provider_config_key,
        created: it.created,
        'needs reauth': it.needs_reauth && `since ${it.needs_reauth.since}: ${it.needs_reauth.reason}`,
      }))
      console.log(table(['id', 'integration', 'created', 'needs reauth'], rows))
    })
