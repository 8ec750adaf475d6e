import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

export const integrationList = () =>
  restCommand('list')
    .description(routeSummary('listIntegrations'))
    .addOption(jsonOption())
    .action(async (options: RestOptions & JsonOptions) => {
      const answer = await clientOf(options).integrations.list()
      const rows = answer.data.map((it) => ({
        key: it.unique_key,
        provider: it.provider,
        auth: it.auth.type,
        'base url': it.base_url,
        concurrency: it.concurrency,
        weight: it.weight,
      }))
      const columns = ['key', 'provider', 'auth', 'base url', 'concurrency', 'weight'] as const
      show(options, answer, () => table([...columns], rows))
    })
