import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const actionList = () =>
  restCommand('list')
    .description('show the deployed actions')
    .argument('[integration]', 'only of this one')
    .addOption(jsonOption())
    .action(async (integration: string | undefined, options: RestOptions & JsonOptions) => {
      const { actions } = await clientOf(options).deployments.list()
      const found = actions.filter(
        (it) => integration === undefined || it.provider_config_key === integration,
      )
      const rows = found.map(({ provider_config_key, name, version, event = '', description }) => ({
        action: `${provider_config_key}/${name}`,
        version,
        event,
        description,
      }))
      show(options, { actions: found }, () => table(['action', 'version', 'event', 'description'], rows))
    })
