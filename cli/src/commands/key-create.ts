import { Command } from 'commander'
import { withCatalog } from '../with-catalog.ts'

export const keyCreate = () =>
  new Command('create')
    .description('make an API key and print it')
    .requiredOption('--env <name>', 'environment that it opens')
    .option('--label <text>', 'what it is for', 'cli')
    .action(async ({ env, label }: { env: string; label: string }) => {
      const { hashApiKey, newApiKey } = await import('@syncline/catalog')
      const key = newApiKey(env)
      const hash = hashApiKey(key)
      await withCatalog(async (catalog) => {
        await catalog.environments.get(env)
        const createdAt = new Date().toISOString()
        await catalog.apiKeys.create({ hash, environment: env, label, hint: key.slice(-4), createdAt }, hash)
      })
      console.log(key)
      console.error('Keep it somewhere safe: only its hash is stored.')
    })
