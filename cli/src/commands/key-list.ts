import { Command } from 'commander'
import { table } from '../table.ts'
import { withCatalog } from '../with-catalog.ts'

export const keyList = () =>
  new Command('list')
    .description('show the API keys by their last characters')
    .requiredOption('--env <name>', 'environment that they open')
    .action(async ({ env }: { env: string }) => {
      const keys = await withCatalog(async (catalog) => {
        await catalog.environments.get(env)
        return catalog.apiKeys.list().filter(({ environment }) => environment === env)
      })
      const rows = keys.map(({ hint, label, createdAt }) => ({ hint, label, created: createdAt }))
      console.log(table(['hint', 'label', 'created'], rows))
    })
