import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { table } from '../table.ts'

export const providerList = () =>
  restCommand('list')
    .description('show the providers that are deployed or come with Syncline')
    .action(async (options: RestOptions) => {
      const { data } = await clientOf(options).providers.list()
      const rows = data.map(({ name, source, auth, base_url }) => ({
        name,
        source: source === 'deployed' ? 'deployed' : 'first party',
        auth,
        'base url': base_url,
      }))
      console.log(table(['name', 'source', 'auth', 'base url'], rows))
    })
