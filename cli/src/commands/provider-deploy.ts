import type { Syncline } from '@syncline/sdk'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

type Deployed = Awaited<ReturnType<Syncline['deployments']['create']>>['providers']

export const providerDeploy = () =>
  restCommand('deploy')
    .description('deploy provider files without syncs')
    .argument('<files...>', 'provider files, such as providers/acme.yaml')
    .addOption(jsonOption())
    .action(async (paths: string[], options: RestOptions & JsonOptions) => {
      const client = clientOf(options)
      const { readProviderFiles } = await import('../read-providers.ts')
      const { files } = await readProviderFiles(paths)
      const { providers } = await client.deployments.create({ syncs: [], providers: files })
      show(options, { providers }, () => providersTable(providers))
    })

export function providersTable(providers: Deployed): string {
  const rows = providers.map(({ name, base_url, auth, changed }) => ({
    provider: name,
    auth,
    'base url': base_url,
    state: changed ? 'deployed' : 'unchanged',
  }))
  return table(['provider', 'auth', 'base url', 'state'], rows)
}
