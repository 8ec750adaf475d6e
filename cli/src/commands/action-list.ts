import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'

export const actionList = () =>
  restCommand('list')
    .description('show the deployed actions')
    .argument('[integration]', 'only of this one')
    .action(async (integration: string | undefined, options: RestOptions) => {
      const { actions } = await clientOf(options).deployments.list()
      const rows = actions
        .filter((it) => integration === undefined || it.provider_config_key === integration)
        .map(({ provider_config_key, name, version, description }) => ({
          action: `${provider_config_key}/${name}`,
          version,
          description,
        }))
      console.log(table(['action', 'version', 'description'], rows))
    })
