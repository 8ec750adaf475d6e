import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const providerList = () =>
  restCommand('list')
    .description(routeSummary('listProviders'))
    .addOption(jsonOption())
    .action(async (options: RestOptions & JsonOptions) => {
      const answer = await clientOf(options).providers.list()
      const rows = answer.data.map(({ name, source, auth, base_url }) => ({
        name,
        source: source === 'deployed' ? 'deployed' : 'first party',
        auth,
        'base url': base_url,
      }))
      show(options, answer, () => table(['name', 'source', 'auth', 'base url'], rows))
    })
