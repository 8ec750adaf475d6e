import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'

export const integrationList = () =>
  restCommand('list')
    .description('show the integrations')
    .action(async (options: RestOptions) => {
      const { data } = await clientOf(options).integrations.list()
      const rows = data.map((it) => ({
        key: it.unique_key,
        provider: it.provider,
        auth: it.auth.type,
        'base url': it.base_url,
        concurrency: it.concurrency,
        weight: it.weight,
      }))
      console.log(table(['key', 'provider', 'auth', 'base url', 'concurrency', 'weight'], rows))
    })
