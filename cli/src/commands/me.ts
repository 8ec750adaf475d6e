import { facts } from '../facts.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

export const me = () =>
  restCommand('me')
    .description(routeSummary('getMe'))
    .addOption(jsonOption())
    .action(async (options: RestOptions & JsonOptions) => {
      show(options, await clientOf(options).me(), ({ connection, ...key }) =>
        facts([
          ['environment', key.environment],
          ['label', key.label],
          ['id', key.id],
          ['scopes', key.scopes.join(', ')],
          ['connection', connection && `${connection.provider_config_key}/${connection.connection_id}`],
          ['expires', key.expires_at ?? 'never'],
        ]),
      )
    })
